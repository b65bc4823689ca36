import Testing
import Training

@Suite("Training progress")
struct TrainingProgressTests {
  private let progress = TrainingProgress(
    step: 421, totalSteps: 1142, loss: 2.7134, cider: 0.3121, captionsPerSecond: 28.44, secondsLeft: 830)

  /// The bar takes what the text leaves: 30 columns at most, then 18 and 16, of whose eighths 36.9 % are full: 88, 53, 47.
  @Test(
    "a line adapts to the terminal's width",
    arguments: [
      (
        200,
        " 36% [███████████                   ] step  421/1142 · loss 2.713 · CIDEr 0.312 · 28.4 captions/s · 14 min left"
      ),
      (100, " 36% [██████▋           ] step  421/1142 · loss 2.713 · CIDEr 0.312 · 28.4 captions/s · 14 min left"),
      (80, " 36% [█████▉          ] step  421/1142 · loss 2.713 · CIDEr 0.312 · 14 min left"),
      (64, " 36% step  421/1142 · loss 2.713 · CIDEr 0.312 · 14 min left"),
      (50, " 36% step  421/1142 · loss 2.713 · 14 min left"), (35, " 36% step  421/1142 · loss 2.713"),
      (20, " 36% step  421/1142"), (19, " 36%"), (3, " 3"), (0, ""), (-1, ""),
    ])
  func widths(width: Int, line: String) {
    #expect(progress.line(width: width) == line)
    #expect(line.count <= max(0, width - 1))
  }

  @Test("the reward of drawn captions stands behind the loss, where there is one")
  func reward() {
    var progress = progress
    progress.reward = 0.6543
    #expect(
      progress.plainLine
        == "step 421/1142 (36%) · loss 2.713 · reward 0.654 · CIDEr 0.312 · 28.4 captions/s · 14 min left")
    #expect(progress.line(width: 64) == " 36% step  421/1142 · loss 2.713 · CIDEr 0.312 · 14 min left")
  }

  @Test("a line never fills the terminal's width", arguments: [0, 1, 571, 1141, 1142])
  func neverFull(step: Int) {
    var progress = progress
    progress.step = step
    for width in 1...150 { #expect(progress.line(width: width).count < width) }
  }

  @Test("100 per cent is the last step's alone")
  func percent() {
    #expect(TrainingProgress(step: 999, totalSteps: 1000).plainLine == "step 999/1000 (99%)")
    #expect(
      TrainingProgress(step: 1000, totalSteps: 1000).line(width: 60)
        == "100% [██████████████████████████████] step 1000/1000")
    #expect(TrainingProgress(step: 0, totalSteps: 0).plainLine == "step 0/0 (100%)")
  }

  @Test("a plain line has all that is known")
  func plain() {
    #expect(
      progress.plainLine == "step 421/1142 (36%) · loss 2.713 · CIDEr 0.312 · 28.4 captions/s · 14 min left")
    #expect(TrainingProgress(step: 1, totalSteps: 20, loss: .nan).plainLine == "step 1/20 (5%) · loss nan")
  }
}
