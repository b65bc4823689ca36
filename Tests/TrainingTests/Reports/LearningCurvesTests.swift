import Foundation
import TestSupport
import Testing
import Training

@Suite("Learning curves")
struct LearningCurvesTests {
  @Test("loss and CIDEr have a panel each, with the best validation marked")
  func panels() throws {
    let svg = try wellFormed(
      LearningCurves([
        .training(training(step: 1, loss: 4)), .training(training(step: 2, loss: 3)),
        .validation(validation(step: 2, loss: 3.5, cider: 0.25)), .training(training(step: 3, loss: 2)),
        .training(training(step: 4, loss: 2)),
        .validation(validation(step: 4, loss: 3.25, cider: 0.125, isBest: false)),
      ]))
    // Steps 0 to 4 lie between x = 64 and 864, losses 1.9 to 4.1 between y = 362 and 82.
    #expect(svg.contains("<path class=\"raw\" d=\"M264.0 94.7 L464.0 222.0 664.0 349.3 864.0 349.3\"/>"))
    #expect(svg.contains("<path class=\"validation\" d=\"M464.0 158.4 L864.0 190.2\"/>"))
    #expect(svg.contains("<circle class=\"validation\" cx=\"464.0\" cy=\"158.4\" r=\"6\"/>"))
    #expect(svg.contains(">best: CIDEr 0.250 at step 2</text>"))
    #expect(svg.contains(">CIDEr</text>"))
    #expect(svg.contains("y=\"34\">training</text>") && svg.contains("y=\"34\">validation</text>"))
  }

  @Test("without scores the loss alone is drawn, and its best marked")
  func lossOnly() throws {
    let svg = try wellFormed(
      LearningCurves([.training(training(step: 1)), .validation(validation(step: 1, loss: 3.25, cider: nil))]))
    #expect(!svg.contains("CIDEr"))
    #expect(svg.contains(">best: loss 3.250 at step 1</text>"))
  }

  @Test("of several datasets each has its lines, with a legend")
  func datasets() throws {
    let svg = try wellFormed(
      LearningCurves([
        .training(training(step: 1, loss: 4)), .validation(mixedValidation(step: 1, ciders: [0.25, 0])),
        .validation(mixedValidation(step: 2)),
      ]))
    for kind in ["set set-0", "set set-1", "cider"] {
      // In the panel of CIDEr: a line and its key.
      #expect(svg.ranges(of: "<path class=\"\(kind)\"").count == (kind == "cider" ? 2 : 3), "\(kind)")
    }
    for name in ["flickr8k", "varied", "mean"] { #expect(svg.contains(">\(name)</text>")) }
    #expect(svg.contains(">best: CIDEr 0.250 at step 2</text>"))
  }

  @Test("a single step is a dot")
  func onePoint() throws {
    let svg = try wellFormed(LearningCurves([.training(training(step: 1, loss: 4))]))
    #expect(svg.contains("<circle class=\"dot training\" cx=\"864.0\" cy=\"222.0\" r=\"3\"/>"))
    #expect(!svg.contains(">validation</text>"))
  }

  @Test("before the first step the figure says so", arguments: [[], [Double.nan]])
  func noPoints(losses: [Double]) throws {
    let records = losses.map { MetricsRecord.training(training(step: 1, loss: $0)) }
    #expect(try wellFormed(LearningCurves(records)).contains(">no steps yet</text>"))
  }

  @Test("losses that are no numbers leave no trace")
  func notFinite() throws {
    let svg = try wellFormed(
      LearningCurves([
        .training(training(step: 1, loss: 4)), .training(training(step: 2, loss: .nan)),
        .training(training(step: 3, loss: .infinity)), .training(training(step: 4, loss: 2)),
        .validation(validation(step: 4, loss: .nan, cider: .nan)),
      ]))
    #expect(svg.contains("<path class=\"raw\" d=\"M264.0 94.7 L864.0 349.3\"/>"))
    #expect(!svg.contains("nan\"") && !svg.contains("inf\"") && !svg.contains("nan "))
  }

  @Test("a long run makes a figure no larger than a hundred kilobytes")
  func longRun() throws {
    let records = (1...50_000).map { step in
      MetricsRecord.training(training(step: step, loss: Double(step * 7919 % 1009)))
    }
    #expect(try wellFormed(LearningCurves(records)).utf8.count < 100_000)
  }

  @Test("a title is text, and nothing is fetched from elsewhere")
  func selfContained() throws {
    let svg = try wellFormed(LearningCurves([.training(training(step: 1))], title: "<script>&"))
    #expect(svg.contains("<title>&lt;script&gt;&amp;</title>"))
    #expect(svg.ranges(of: "http").count == 1, "the name space is the only address")
    #expect(!svg.contains("href") && !svg.contains("url(h") && !svg.contains("@import"))
  }

  @Test("the file is written beside the log")
  func file() throws {
    try withTemporaryDirectory { directory in
      let curves = LearningCurves([.training(training(step: 1))])
      try curves.write(directory: directory.path(percentEncoded: false))
      #expect(try String(contentsOf: directory.appending(path: "curves.svg"), encoding: .utf8) == curves.svg)
    }
  }

  /// The figure's text, in which every element was seen to be closed in its turn.
  private func wellFormed(_ curves: LearningCurves) throws -> String {
    var open: [Substring] = []
    for piece in curves.svg.split(separator: "<") {
      let tag = try #require(piece.split(separator: ">", omittingEmptySubsequences: false).first)
      let name = tag.prefix { !" /".contains($0) || $0 == "/" && tag.first == "/" }
      if tag.first == "/" {
        #expect(open.popLast().map { "/" + $0 } == String(name))
      } else if tag.last != "/" {
        open.append(name)
      }
    }
    #expect(open.isEmpty)
    return curves.svg
  }
}
