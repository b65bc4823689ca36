import BatchCaptioning
import Captioning
import Logging
import ModelFiles
import SystemPackage

/// A run's progress in words.
struct BatchStatus {
  let done: Int
  let failed: Int
  /// The number of images in the whole list; `nil` while they are being counted.
  let total: Int?
  let imagesPerSecond: Double?
  /// The time left in seconds.
  let timeLeft: Double?
  let current: String

  init(_ snapshot: BatchProgress.Snapshot, rate: Double?) {
    let tally = snapshot.tally
    // An image that failed before and is done again counts once.
    let done = snapshot.resumed + tally.total
    let total = snapshot.listed.map { max($0, done) }
    self.done = done
    self.total = total
    failed = max(0, snapshot.before.failed + tally.failed - snapshot.retried)
    // Before the first image there is no useful rate.
    imagesPerSecond = rate.flatMap { $0 > 0 ? $0 : nil }
    timeLeft = total.flatMap { total in rate.flatMap { $0 > 0 ? Double(total - done) / $0 : nil } }
    current = snapshot.current?.lastComponent.map { Terminal.printable($0.description) } ?? ""
  }

  private var counts: String { total.map { "\(done)/\($0)" } ?? "\(done)" }

  private var facts: [String] {
    var facts: [String] = []
    if let imagesPerSecond { facts.append("\(imagesPerSecond.rounded(toPlaces: 1)) images/s") }
    if let timeLeft { facts.append("\(Self.duration(timeLeft)) left") }
    if failed > 0 { facts.append("\(failed) failed") }
    return facts
  }

  var line: String { ([counts] + facts).joined(separator: ", ") }

  /// The bar as `[####----] 120/1000, 8.1 images/s, 1 min 48 s left, 2 failed  photo.jpg`, in one line of the terminal.
  func bar(width: Int) -> String {
    let columns = 20
    let filled = total.map { $0 == 0 ? columns : done * columns / $0 } ?? 0
    let bar = "[" + String(repeating: "█", count: filled) + String(repeating: "·", count: columns - filled) + "] "
    let text = bar + line + (current.isEmpty ? "" : "  \(current)")
    return Terminal.prefix(of: text, columns: max(width - 1, 10))
  }

  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = ["done": "\(done)", "failed": "\(failed)"]
    if let total { metadata["total"] = "\(total)" }
    if let imagesPerSecond { metadata["images_per_second"] = "\(imagesPerSecond.rounded(toPlaces: 2))" }
    if let timeLeft { metadata["seconds_left"] = "\(Int(timeLeft))" }
    return metadata
  }

  /// A duration as `1 h 5 min`, `2 min 3 s`, `12 s` or `3.4 s`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(), 1e9))
    if seconds < 10 { return "\(seconds.rounded(toPlaces: 1)) s" }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }
}
