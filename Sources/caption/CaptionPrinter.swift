import Captioning
import ModelFiles
import TextDecoding

/// Prints captions on standard output: plain, after their path, or as JSON lines.
struct CaptionPrinter {
  let json: Bool
  let withPaths: Bool

  func print(_ caption: ImageCaption, path: String) throws {
    if json {
      try write(Line(caption, path: path))
    } else {
      let text = caption.judgement.reason?.sentence ?? caption.text
      // Programs read the path as it is.
      let path = Terminal.isStandardOutputTerminal ? Terminal.printable(path) : path
      try StandardOutput.write(withPaths ? "\(path)\t\(text)\n" : "\(text)\n")
    }
  }

  /// A failed image also has a JSON line, so that lines and arguments correspond; as plain text it has none.
  func print(error: String, path: String) throws {
    if json { try write(["path": path, "error": error]) }
  }

  private func write(_ value: some Encodable) throws {
    try StandardOutput.write(StableJSON.line(value) + "\n")
  }

  private struct Line: Encodable {
    let path: String
    /// The caption; `nil` where the captioner was not sure.
    let caption: String?
    let reason: String?
    let confidence: Double
    let logProbability: Double
    let tokens: [Int]
    let tokenLogProbabilities: [Double]
    let finishReason: String
    let width: Int
    let height: Int
    let timings: StageTimings

    init(_ caption: ImageCaption, path: String) {
      self.path = path
      let isSure = caption.judgement.reason == nil
      self.caption = isSure ? caption.text : nil
      reason = caption.judgement.reason?.rawValue
      confidence = caption.confidence.rounded(toPlaces: 4)
      logProbability = caption.judgement.logProbability.rounded(toPlaces: 4)
      tokens = isSure ? caption.sequence.tokens : []
      tokenLogProbabilities = (isSure ? caption.sequence.tokenLogProbabilities : []).map { $0.rounded(toPlaces: 4) }
      finishReason = caption.sequence.finishReason.rawValue
      width = caption.width
      height = caption.height
      timings = caption.timings.rounded
    }

    enum CodingKeys: String, CodingKey {
      case path, caption, reason, confidence, tokens, width, height, timings
      case logProbability = "log_probability"
      case tokenLogProbabilities = "token_log_probabilities"
      case finishReason = "finish_reason"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(path, forKey: .path)
      // Written as null, so that every line has it.
      try container.encode(caption, forKey: .caption)
      try container.encodeIfPresent(reason, forKey: .reason)
      try container.encode(confidence, forKey: .confidence)
      try container.encode(logProbability, forKey: .logProbability)
      try container.encode(tokens, forKey: .tokens)
      try container.encode(tokenLogProbabilities, forKey: .tokenLogProbabilities)
      try container.encode(finishReason, forKey: .finishReason)
      try container.encode(width, forKey: .width)
      try container.encode(height, forKey: .height)
      try container.encode(timings, forKey: .timings)
    }
  }
}

extension StageTimings {
  /// The timings rounded to microseconds.
  fileprivate var rounded: StageTimings {
    var rounded = StageTimings()
    for stage in [\StageTimings.decode, \.preprocess, \.encode, \.map, \.generate] {
      rounded[keyPath: stage] = self[keyPath: stage].rounded(toPlaces: 3)
    }
    return rounded
  }
}
