import Captioning
import ModelFiles
import TextDecoding

/// Captions on standard output: plain, behind their path, or as JSON lines.
struct CaptionPrinter {
  let json: Bool
  let withPaths: Bool

  func print(_ caption: ImageCaption, path: String) throws {
    if json {
      try write(Line(caption, path: path))
    } else {
      try StandardOutput.write(withPaths ? "\(path)\t\(caption.text)\n" : "\(caption.text)\n")
    }
  }

  /// A failed image has a JSON line too, so that lines and arguments agree; as plain text it has none.
  func print(error: String, path: String) throws {
    if json { try write(["path": path, "error": error]) }
  }

  private func write(_ value: some Encodable) throws {
    try StandardOutput.write(StableJSON.line(value) + "\n")
  }

  private struct Line: Encodable {
    let path: String
    let caption: String
    let confidence: Double
    let tokens: [Int]
    let tokenLogProbabilities: [Double]
    let finishReason: String
    let width: Int
    let height: Int
    let timings: StageTimings

    init(_ caption: ImageCaption, path: String) {
      self.path = path
      self.caption = caption.text
      confidence = caption.confidence.rounded(toPlaces: 4)
      tokens = caption.sequence.tokens
      tokenLogProbabilities = caption.sequence.tokenLogProbabilities.map { $0.rounded(toPlaces: 4) }
      finishReason = caption.sequence.finishReason.rawValue
      width = caption.width
      height = caption.height
      timings = caption.timings.rounded
    }

    enum CodingKeys: String, CodingKey {
      case path, caption, confidence, tokens, width, height, timings
      case tokenLogProbabilities = "token_log_probabilities"
      case finishReason = "finish_reason"
    }
  }
}

extension StageTimings {
  /// To microseconds.
  fileprivate var rounded: StageTimings {
    var rounded = StageTimings()
    for stage in [\StageTimings.decode, \.preprocess, \.encode, \.map, \.generate] {
      rounded[keyPath: stage] = self[keyPath: stage].rounded(toPlaces: 3)
    }
    return rounded
  }
}
