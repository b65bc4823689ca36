/// The progress of a run, as one line of text. Nothing here writes; every character takes one column.
package struct TrainingProgress: Sendable, Equatable {
  /// The number of optimiser steps done, and of all steps.
  package var step: Int
  package var totalSteps: Int
  /// The measurements of the last step and the last validation; `nil` before there are any.
  package var loss: Double?
  /// The mean reward of drawn captions, where the objective is CIDEr.
  package var reward: Double?
  package var cider: Double?
  package var captionsPerSecond: Double?
  package var secondsLeft: Double?

  package init(
    step: Int, totalSteps: Int, loss: Double? = nil, cider: Double? = nil, captionsPerSecond: Double? = nil,
    secondsLeft: Double? = nil
  ) {
    self.step = step
    self.totalSteps = totalSteps
    self.loss = loss
    self.cider = cider
    self.captionsPerSecond = captionsPerSecond
    self.secondsLeft = secondsLeft
  }

  /// For logs: "step 421/1142 (36%) · loss 2.713 · CIDEr 0.312 · 28.4 captions/s · 14 min left".
  package var plainLine: String { "step \(step)/\(totalSteps) (\(percent)%)" + text(of: Field.allCases) }

  /// For a terminal: " 36% [█████████▏               ] step 421/1142 · loss 2.713 · …".
  ///
  /// - Parameter width: the terminal's width in columns. The line stays below it, as some terminals wrap a line that
  ///   fills it; where there is little room, less important fields are left out.
  package func line(width: Int) -> String {
    let room = max(0, width - 1)
    for (fields, hasBar) in Self.layouts {
      let rest = " \(paddedSteps)" + text(of: fields)
      let barWidth = min(Self.barWidths.upperBound, room - paddedPercent.count - rest.count - 3)
      if hasBar, barWidth >= Self.barWidths.lowerBound { return "\(paddedPercent) [\(bar(width: barWidth))]\(rest)" }
      if !hasBar, paddedPercent.count + rest.count <= room { return paddedPercent + rest }
    }
    return String(paddedPercent.prefix(room))
  }

  /// The layouts, from the fullest to the shortest.
  private static let layouts: [(fields: [Field], hasBar: Bool)] = [
    (Field.allCases, true), ([.loss, .reward, .cider, .timeLeft], true), ([.loss, .cider, .timeLeft], false),
    ([.loss, .timeLeft], false), ([.loss], false), ([], false),
  ]
  private static let barWidths = 8...30

  private enum Field: CaseIterable {
    case loss, reward, cider, speed, timeLeft
  }

  private func text(of fields: [Field]) -> String {
    let texts = fields.compactMap { field in
      switch field {
      case .loss: loss.map { "loss \(Formatting.fixed($0, 3))" }
      case .reward: reward.map { "reward \(Formatting.fixed($0, 3))" }
      case .cider: cider.map { "CIDEr \(Formatting.fixed($0, 3))" }
      case .speed: captionsPerSecond.map { "\(Formatting.fixed($0, 1)) captions/s" }
      case .timeLeft: secondsLeft.map { "\(Formatting.duration($0)) left" }
      }
    }
    return texts.map { " · \($0)" }.joined()
  }

  /// The steps, padded to the width of the last step, so that the bar keeps its width.
  private var paddedSteps: String {
    let (step, total) = ("\(step)", "\(totalSteps)")
    return "step " + String(repeating: " ", count: max(0, total.count - step.count)) + step + "/" + total
  }

  private var fraction: Double { totalSteps > 0 ? min(max(0, Double(step) / Double(totalSteps)), 1) : 1 }

  /// Rounded down: it is 100 only when all is done.
  private var percent: Int { Int(fraction * 100) }

  private var paddedPercent: String {
    let text = "\(percent)%"
    return String(repeating: " ", count: 4 - text.count) + text
  }

  private func bar(width: Int) -> String {
    let eighths = Int(fraction * Double(8 * width))
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    let filled = String(repeating: "█", count: eighths / 8) + part
    return filled + String(repeating: " ", count: width - filled.count)
  }
}
