import Synchronization
import Testing
import Training

@Suite("Progress reporter")
struct ProgressReporterTests {
  @Test("a terminal's line is drawn at most ten times a second, and at the end")
  func throttled() {
    let record = Record()
    let reporter = reporter(record, totalSteps: 50, style: .terminal { 40 })
    // Steps come every 1/32 s, so that every fourth is the first at least 0.1 s after the last drawn.
    for step in 1...50 {
      record.time.withLock { $0 = Double(step) / 32 }
      reporter.report(training(step: step))
    }
    #expect(record.outputs.count == 14)
    #expect(record.outputs[0] == .redraw("  2% step  1/50 · loss 3.500 · 2 s left"))
    #expect(record.outputs[1] == .redraw(" 10% step  5/50 · loss 3.500 · 2 s left"))
    #expect(record.outputs[13] == .redraw("100% [████████] step 50/50 · loss 3.500"))
  }

  @Test("a terminal's line has the new score as soon as a validation is told")
  func validated() {
    let record = Record()
    let reporter = reporter(record, totalSteps: 50, style: .terminal { 60 })
    reporter.report(training(step: 1))
    reporter.report(validation(step: 1))
    #expect(
      record.outputs.suffix(2) == [
        .line(ProgressReporter.line(validation(step: 1))),
        .redraw("  2% step  1/50 · loss 3.500 · CIDEr 0.250 · 1 s left"),
      ])
  }

  @Test("without a terminal there is a line for every tenth of the run, and for each validation")
  func plain() {
    let record = Record()
    let reporter = reporter(record, totalSteps: 40, style: .plain)
    for step in 1...40 {
      record.time.withLock { $0 = Double(step) }
      reporter.report(training(step: step))
      if step == 10 { reporter.report(validation(step: step)) }
    }
    #expect(
      record.outputs.prefix(4) == [
        .line("step 4/40 (10%) · loss 3.500 · 28.5 captions/s · 36 s left"),
        .line("step 8/40 (20%) · loss 3.500 · 28.5 captions/s · 32 s left"),
        .line("validation at step 10: loss 3.250 · CIDEr 0.250 · BLEU-4 0.125 · ROUGE-L 0.500 · the best so far"),
        .line("step 12/40 (30%) · loss 3.500 · CIDEr 0.250 · 28.5 captions/s · 28 s left"),
      ])
    #expect(record.outputs.last == .line("step 40/40 (100%) · loss 3.500 · CIDEr 0.250 · 28.5 captions/s"))
    #expect(record.outputs.count == 11)
  }

  @Test("a resumed run reckons the time left from its own steps and repeats no tenth")
  func resumed() {
    let record = Record()
    let reporter = reporter(record, totalSteps: 100, completedSteps: 50, style: .plain)
    for step in 51...60 {
      record.time.withLock { $0 = 2 * Double(step - 50) }
      reporter.report(training(step: step))
    }
    #expect(record.outputs == [.line("step 60/100 (60%) · loss 3.500 · 28.5 captions/s · 2 min left")])
  }

  @Test("a validation without scores, and not the best, says its loss alone")
  func lossOnly() {
    let metrics = ValidationMetrics(step: 300, loss: 2.5125, isBest: false, elapsedSeconds: 1)
    #expect(ProgressReporter.line(metrics) == "validation at step 300: loss 2.512")
  }

  @Test("a validation of several datasets says each one's loss and CIDEr")
  func datasets() {
    #expect(
      ProgressReporter.line(mixedValidation(step: 300))
        == "validation at step 300: loss 3.250 (flickr8k 3.000, varied 3.500) · CIDEr 0.250 (flickr8k 0.375, varied 0.125)"
        + " · BLEU-4 0.125 · ROUGE-L 0.500 · the best so far")
  }

  private func reporter(
    _ record: Record, totalSteps: Int, completedSteps: Int = 0, style: ProgressReporter.Style
  ) -> ProgressReporter {
    ProgressReporter(
      totalSteps: totalSteps, completedSteps: completedSteps, style: style, now: { record.time.withLock { $0 } },
      write: { output in record.written.withLock { $0.append(output) } })
  }

  private final class Record: Sendable {
    let time = Mutex(0.0)
    let written = Mutex<[ProgressReporter.Output]>([])

    var outputs: [ProgressReporter.Output] { written.withLock { $0 } }
  }
}
