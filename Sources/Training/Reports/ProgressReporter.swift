import Synchronization

/// Decides what is reported of a run's progress, and when. Its owner decides where it is written.
///
/// On a terminal one line is redrawn, at most ten times a second. Elsewhere there is a line for every tenth of the run.
/// Each validation has a line of its own in both cases.
package final class ProgressReporter: Sendable {
  package enum Style: Sendable {
    /// - Parameter width: returns the terminal's width in columns, which may change.
    case terminal(width: @Sendable () -> Int)
    case plain
  }

  package enum Output: Sendable, Equatable {
    /// A line that replaces the last redrawn one.
    case redraw(String)
    /// A line that stays.
    case line(String)
  }

  private let style: Style
  private let write: @Sendable (Output) -> Void
  private let now: @Sendable () -> Double
  private let state: Mutex<State>

  /// - Parameters:
  ///   - completedSteps: the number of steps before a resumption.
  ///   - write: takes the output in its order; it must not report progress itself.
  package convenience init(
    totalSteps: Int, completedSteps: Int = 0, style: Style, write: @escaping @Sendable (Output) -> Void
  ) {
    let start = ContinuousClock.now
    self.init(
      totalSteps: totalSteps, completedSteps: completedSteps, style: style,
      now: { (ContinuousClock.now - start) / .seconds(1) }, write: write)
  }

  /// - Parameter now: the seconds of a monotonic clock.
  package init(
    totalSteps: Int, completedSteps: Int, style: Style, now: @escaping @Sendable () -> Double,
    write: @escaping @Sendable (Output) -> Void
  ) {
    self.style = style
    self.now = now
    self.write = write
    state = Mutex(State(TrainingProgress(step: completedSteps, totalSteps: totalSteps), start: now()))
  }

  package func report(_ metrics: TrainingMetrics) {
    state.withLock { state in
      let time = now()
      state.update(metrics, time)
      switch style {
      case .terminal(let width):
        let isDue = state.drawn.map { time - $0 >= 0.1 } ?? true
        guard isDue || state.progress.step == state.progress.totalSteps else { return }
        state.drawn = time
        write(.redraw(state.progress.line(width: width())))
      case .plain:
        guard state.beginsTenth() else { return }
        write(.line(state.progress.plainLine))
      }
    }
  }

  package func report(_ metrics: ValidationMetrics) {
    state.withLock { state in
      state.progress.cider = metrics.cider ?? state.progress.cider
      write(.line(Self.line(metrics)))
      if case .terminal(let width) = style { write(.redraw(state.progress.line(width: width()))) }
    }
  }

  /// "validation at step 300: loss 2.513 · CIDEr 0.312 · BLEU-4 0.151 · ROUGE-L 0.401 · the best so far".
  ///
  /// With several datasets it gives the means, and in brackets the loss and CIDEr of each.
  package static func line(_ metrics: ValidationMetrics) -> String {
    let scores = [
      ("CIDEr", metrics.cider, metrics.each(\.cider)), ("BLEU-4", metrics.bleu4, ""), ("ROUGE-L", metrics.rougeL, ""),
    ]
    .compactMap { name, score, each in score.map { " · \(name) \(Formatting.fixed($0, 3))\(each)" } }
    return "validation at step \(metrics.step): loss \(Formatting.fixed(metrics.loss, 3))\(metrics.each(\.loss))"
      + scores.joined() + (metrics.isBest ? " · the best so far" : "")
  }

  private struct State {
    var progress: TrainingProgress
    /// When the line was last drawn.
    var drawn: Double?
    private let start: (time: Double, step: Int)
    private var tenths: Int

    init(_ progress: TrainingProgress, start time: Double) {
      self.progress = progress
      start = (time, progress.step)
      tenths = Self.tenths(of: progress)
    }

    /// The time left is estimated from the steps of this process, validations included.
    mutating func update(_ metrics: TrainingMetrics, _ time: Double) {
      progress.step = metrics.step
      progress.loss = metrics.loss
      progress.reward = metrics.selfCritical?.reward
      progress.captionsPerSecond = metrics.captionsPerSecond
      let done = metrics.step - start.step
      guard done > 0, metrics.step < progress.totalSteps else {
        progress.secondsLeft = nil
        return
      }
      progress.secondsLeft = (time - start.time) / Double(done) * Double(progress.totalSteps - metrics.step)
    }

    mutating func beginsTenth() -> Bool {
      let reached = Self.tenths(of: progress)
      defer { tenths = max(tenths, reached) }
      return reached > tenths
    }

    private static func tenths(of progress: TrainingProgress) -> Int {
      progress.totalSteps > 0 ? progress.step * 10 / progress.totalSteps : 0
    }
  }
}

extension ValidationMetrics {
  /// ` (flickr8k 0.402, varied 0.222)`; empty where there is one dataset, or no such number.
  fileprivate func each(_ value: (Dataset) -> Double?) -> String {
    let texts = (datasets ?? []).compactMap { dataset in
      value(dataset).map { "\(dataset.name) \(Formatting.fixed($0, 3))" }
    }
    return texts.isEmpty ? "" : " (\(texts.joined(separator: ", ")))"
  }
}
