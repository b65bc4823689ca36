import Training

extension ProgressReporter {
  /// Reports on standard error: a line that is redrawn on a terminal, else plain lines.
  ///
  /// The owner ends it with `LiveLine.end()`.
  ///
  /// - Parameter isQuiet: whether to write plain lines on a terminal too.
  static func standardError(totalSteps: Int, completedSteps: Int = 0, isQuiet: Bool = false) -> ProgressReporter {
    let isLive = Terminal.redraws && !isQuiet
    return ProgressReporter(
      totalSteps: totalSteps, completedSteps: completedSteps, style: isLive ? .terminal { Terminal.width } : .plain
    ) { output in
      switch output {
      case .redraw(let text): LiveLine.redraw(text)
      case .line(let text): writeToStandardError("caption: \(text)\n")
      }
    }
  }
}
