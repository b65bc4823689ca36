import ArgumentParser
import Captioning
import ModelFiles
import TextDecoding

extension WordingOptions {
  /// The options on which captions depend, with their values.
  ///
  /// - Parameter options: the generation options made from them.
  func settings(_ options: GenerationOptions) -> [String: String] {
    var settings = ["--beams": "\(beams)", "--max-tokens": "\(options.maximumNewTokens)"]
    if beams > 1, lengthPenalty != 1 { settings["--length-penalty"] = "\(lengthPenalty)" }
    if temperature != 0 {
      settings["--temperature"] = "\(temperature)"
      settings["--top-k"] = topK.map { "\($0)" }
      settings["--top-p"] = topP.map { "\($0)" }
      settings["--seed"] = "\(seed)"
    }
    if minTokens != 0 { settings["--min-tokens"] = "\(minTokens)" }
    if repetitionPenalty != 1 { settings["--repetition-penalty"] = "\(repetitionPenalty)" }
    if noRepeatNgram != 0 { settings["--no-repeat-ngram"] = "\(noRepeatNgram)" }
    if !stop.isEmpty { settings["--stop"] = stop.map { "'\($0)'" }.joined(separator: " ") }
    return settings
  }
}

extension ReadingOptions {
  /// Options that differ from the defaults, with their values.
  var settings: [String: String] {
    var settings: [String: String] = [:]
    for difference in differences {
      let parts = difference.split(separator: " ", maxSplits: 1).map(String.init)
      settings[parts[0]] = parts.count > 1 ? parts[1] : "given"
    }
    return settings
  }
}

extension CertaintyOptions {
  var settings: [String: String] {
    if always { return ["--always": "given"] }
    return minConfidence > 0 ? ["--min-confidence": "\(minConfidence)"] : [:]
  }
}
