import ArgumentParser
import Captioning
import Foundation
import ImageEncoding
import Logging
import ModelFiles
import Tensors
import TextDecoding

/// Repeats one kind of work and prints how long it took, for comparison with other programs; not meant for users.
struct DebugSpeedCommand: ParsableCommand {
  enum Work: String, ExpressibleByArgument, CaseIterable {
    /// Prepares an image file as the encoder's input.
    case prepare
    /// Encodes images to features, `--count` at once.
    case encode
    /// Decodes a prompt, then `--count` tokens one by one.
    case decode
    /// Prefills `--count` tokens of the prompt, repeated as needed, at once.
    case prefill
    /// Generates a text from each `--prefix`, as many at once as `--rows`, then the next.
    case prefixes
  }

  static let configuration = CommandConfiguration(
    commandName: "debug-speed",
    abstract: "Time a kind of work.",
    discussion: "Prints a JSON object with the seconds of each repetition, models loaded and laid out before.",
    shouldDisplay: false)

  @Argument(help: "What to do.") var work: Work
  @Option(help: "An image file, for prepare and encode.") var image: String?
  @Option(help: "Token numbers, separated by commas, for decode and prefill.") var prompt = "1"
  @Option(help: "How many images or tokens.") var count = 1
  @Option(help: "Rows that are decoded side by side.") var rows = 1
  @Option(help: "Prefix files, for prefixes.") var prefix: [String] = []
  @Option(help: "Repetitions.") var repeats = 5
  @Flag(help: "Lay matrices out for many rows.") var batch = false
  @Option(help: "An encoder's directory, for encode, or a decoder's path, for decode and prefill, instead of --model.")
  var base: String?
  @OptionGroup var model: ModelOptions
  @OptionGroup var reading: ReadingOptions

  struct Result: Encodable {
    var seconds: [Double] = []
    var tokens: [Int] = []
  }

  func validate() throws {
    if count < 1 || rows < 1 || repeats < 1 { throw ValidationError("--count, --rows and --repeats take 1 or more.") }
    if image == nil && (work == .prepare || work == .encode) { throw ValidationError("Give --image.") }
    if prefix.isEmpty && work == .prefixes { throw ValidationError("Give --prefix.") }
    if base != nil && (work == .prepare || work == .prefixes) {
      throw ValidationError("--base is for encode, decode and prefill.")
    }
  }

  func run() throws {
    try Failure.exiting {
      var result = Result()
      let body = try base.map(body) ?? body(captioner())
      // The first run warms up caches.
      _ = try body()
      for _ in 0..<repeats {
        let start = ContinuousClock.now
        result.tokens = try body()
        result.seconds.append((ContinuousClock.now - start) / .seconds(1))
      }
      try StandardOutput.write(StableJSON.line(result) + "\n")
    }
  }

  private func captioner() throws -> Captioner {
    let log = Logger(label: "caption") { _ in StandardErrorLog() }
    return try model.load(log: log).prepared(model.precision, isBatch: batch)
  }

  /// The work to be timed, for a model by itself.
  private func body(base path: String) throws -> () throws -> [Int] {
    Threads.use(model.threads)
    guard work == .encode else {
      let decoder = try DecoderFamily(path: path).open(path: path)
      return try body(model.precision.prepared(decoder, isBatch: batch))
    }
    let encoder = try EncoderFamily.load(EncoderFamily.family(ofDirectory: path), from: path)
    let preprocessor = try ImagePreprocessor(CaptionerManifest.Preprocessing(encoderDirectory: path))
    let decoded = try ImageDecoder(options: reading.options).decode(
      path: image ?? "", targetFor: preprocessor.scaledSize)
    let pixels = Tensor.stacked(Array(repeating: preprocessor(decoded.image), count: count))
    let prepared = model.precision.prepared(encoder, isBatch: batch)
    return {
      _ = try prepared.hiddenStates(pixels, numbers: [prepared.layers])
      return []
    }
  }

  /// The work to be timed; it returns the tokens of the first row, if any; for prefixes, those of all rows.
  private func body(_ captioner: Captioner) throws -> () throws -> [Int] {
    switch work {
    case .prepare, .encode:
      let path = image ?? ""
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
      let (extractor, decoder) = (captioner.extractor, ImageDecoder(options: reading.options))
      if work == .prepare {
        return {
          _ = try extractor.pixels(bytes, named: path, decoder: decoder)
          return []
        }
      }
      let pixels = try extractor.pixels(bytes, named: path, decoder: decoder)
      let images = Array(repeating: pixels, count: count)
      return {
        _ = try extractor.features(of: images)
        return []
      }
    case .decode, .prefill: return try body(captioner.decoder)
    case .prefixes:
      let prefixes = try prefix.map { try captioner.prefixFile(path: $0).prefix }
      let start = captioner.manifest.decoder.startTokens
      return {
        try stride(from: 0, to: prefixes.count, by: rows).flatMap { first in
          let batch = Array(prefixes[first..<min(first + rows, prefixes.count)])
          return try captioner.generate(
            from: batch, prompts: batch.map { _ in start }, options: captioner.defaultOptions
          ).flatMap(\.tokens)
        }
      }
    }
  }

  private func body(_ decoder: any TextDecoder) throws -> () throws -> [Int] {
    let prompt = try tokens(decoder)
    guard work == .prefill else { return { try generate(prompt, decoder) } }
    let long = (0..<count).map { prompt[$0 % prompt.count] }
    return {
      var cache = try decoder.cache(prefixes: [nil])
      return [likeliest(try decoder.lastLogits([long], cache: &cache), row: 0)]
    }
  }

  private func tokens(_ decoder: any TextDecoder) throws -> [Int] {
    let tokens = prompt.split(separator: ",").compactMap { Int($0) }
    guard !tokens.isEmpty, tokens.allSatisfy({ (0..<decoder.vocabularySize).contains($0) }) else {
      throw ValidationError("--prompt takes tokens of the decoder.")
    }
    return tokens
  }

  /// Decodes greedily; no token ends it.
  private func generate(_ prompt: [Int], _ decoder: any TextDecoder) throws -> [Int] {
    var cache = try decoder.cache(prefixes: Array(repeating: nil, count: rows))
    var next = Array(repeating: prompt, count: rows)
    var first: [Int] = []
    for _ in 0..<count {
      let logits = try decoder.lastLogits(next, cache: &cache)
      next = (0..<rows).map { [likeliest(logits, row: $0)] }
      first += next[0]
    }
    return first
  }

  private func likeliest(_ logits: Tensor, row: Int) -> Int {
    logits.withUnsafeBuffer { values in
      let row = UnsafeBufferPointer(rebasing: values[row * logits.columns..<(row + 1) * logits.columns])
      return ScoreStatistics.maximum(row)?.index ?? 0
    }
  }
}
