import BatchCaptioning
import Captioning
import Logging
import SystemPackage

/// Reports a run's progress: a bar that is redrawn on a terminal, else a line every ten seconds.
struct BatchReporter: Sendable {
  let progress: BatchProgress
  let log: Logger
  let isQuiet: Bool
  let isLive: Bool

  init(progress: BatchProgress, options: BatchRunOptions) {
    self.progress = progress
    log = options.logger
    isQuiet = options.quiet
    isLive = Terminal.redraws && !options.quiet && options.logFormat == .text
  }

  /// Reports until the task is cancelled.
  func run() async {
    if isQuiet { return }
    let start = ContinuousClock.now
    var rate = RecentRate()
    var lastLine = start
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(isLive ? 200 : 500))
      let now = ContinuousClock.now
      let status = BatchStatus(progress.snapshot, rate: rate.update(progress.snapshot.tally.total, at: now))
      if isLive {
        if !Task.isCancelled { LiveLine.redraw(status.bar(width: Terminal.width)) }
      } else if now - lastLine >= .seconds(10) {
        lastLine = now
        log.info("\(status.line)", metadata: status.metadata)
      }
    }
    if isLive { LiveLine.clear() }
  }
}

/// Images per second, over the last half minute: the beginning of a run says little about its middle.
struct RecentRate {
  private var samples: [(time: ContinuousClock.Instant, done: Int)] = []

  /// - Returns: `nil` while too little time has passed.
  mutating func update(_ done: Int, at now: ContinuousClock.Instant) -> Double? {
    samples.append((now, done))
    samples.removeAll { now - $0.time > .seconds(30) }
    guard let first = samples.first, now - first.time > .seconds(1) else { return nil }
    return Double(done - first.done) / (now - first.time).seconds
  }
}
