import Tensors

/// Where a model's hyper-parameters are read from: a JSON configuration or GGUF metadata.
///
/// Numbers from a file decide how much memory is taken and what is multiplied with what, so each is checked against
/// bounds wide enough for any model and narrow enough that no later product overflows.
protocol HyperparameterSource {
  var path: String { get }
  func integerIfPresent(_ key: String) throws(ModelFileError) -> Int?
  func floatIfPresent(_ key: String) throws(ModelFileError) -> Double?
  func boolIfPresent(_ key: String) throws(ModelFileError) -> Bool?
  func stringIfPresent(_ key: String) throws(ModelFileError) -> String?
  /// The error of a value that cannot be used, with the key as a reader of the file knows it.
  func invalid(_ key: String, _ problem: String) -> ModelFileError
}

extension GGUFMetadata: HyperparameterSource {}

extension HyperparameterSource {
  func invalid(_ key: String, _ problem: String) -> ModelFileError {
    .invalidValue(path: path, key: key, problem: problem)
  }

  /// A whole number within `range`.
  ///
  /// - Parameter fallback: the value of a missing key; without one that is an error.
  func integer(
    _ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil
  ) throws(ModelFileError) -> Int {
    guard let value = try integerIfPresent(key) ?? fallback else { throw .missingValue(path: path, key: key) }
    guard range.contains(value) else {
      throw invalid(key, "is \(value), outside of \(range.lowerBound)...\(range.upperBound)")
    }
    return value
  }

  /// A finite number above 0 and at most `limit`.
  func positiveFloat(
    _ key: String, atMost limit: Double, default fallback: Double? = nil
  ) throws(ModelFileError) -> Double {
    guard let value = try floatIfPresent(key) ?? fallback else { throw .missingValue(path: path, key: key) }
    guard value > 0, value <= limit else { throw invalid(key, "is \(value), not above 0 and at most \(limit)") }
    return value
  }

  func bool(_ key: String, default fallback: Bool) throws(ModelFileError) -> Bool {
    try boolIfPresent(key) ?? fallback
  }

  /// Refuses a model that uses what is not implemented.
  func require(_ key: String, is expected: String, default fallback: String? = nil) throws(ModelFileError) {
    guard let value = try stringIfPresent(key) ?? fallback else { throw .missingValue(path: path, key: key) }
    guard value == expected else {
      throw invalid(key, "is '\(value.prefix(60))', and only '\(expected)' is supported here")
    }
  }

  /// The activation of this name at Hugging Face.
  func activation(_ key: String, default fallback: String? = nil) throws(ModelFileError) -> Activation {
    guard let name = try stringIfPresent(key) ?? fallback else { throw .missingValue(path: path, key: key) }
    switch name {
    case "gelu", "gelu_python": return .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": return .geluTanh
    case "quick_gelu": return .quickGELU
    case "relu": return .relu
    case "silu", "swish": return .silu
    default:
      throw invalid(
        key,
        "is '\(name.prefix(60))', and only gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu and silu are "
          + "supported here")
    }
  }

  /// Refuses a model of another kind than those named.
  ///
  /// - Returns: which it is.
  @discardableResult
  func require(_ key: String, isOneOf expected: [String]) throws(ModelFileError) -> String {
    guard let value = try stringIfPresent(key) else { throw .missingValue(path: path, key: key) }
    guard expected.contains(value) else {
      throw invalid(key, "is '\(value.prefix(60))', and only \(expected.joined(separator: ", ")) is supported here")
    }
    return value
  }

  func require(_ key: String, is expected: Bool) throws(ModelFileError) {
    if let value = try boolIfPresent(key), value != expected {
      throw invalid(key, "is \(value), and only \(expected) is supported here")
    }
  }

  /// The head dimension that follows from width and number of heads.
  func headDimension(
    _ widthKey: String, _ width: Int, heads: Int, _ headsKey: String
  ) throws(ModelFileError) -> Int {
    try requireDivisible(widthKey, width, by: heads, headsKey)
    return width / heads
  }

  /// Refuses tokens outside of the vocabulary.
  func requireTokens(_ tokens: [(key: String, id: Int?)], within vocabularySize: Int) throws(ModelFileError) {
    for case (let key, let id?) in tokens where !(0..<vocabularySize).contains(id) {
      throw invalid(key, "is \(id), outside of the vocabulary of \(vocabularySize)")
    }
  }

  func requireDivisible(_ key: String, _ value: Int, by divisor: Int, _ divisorKey: String) throws(ModelFileError) {
    guard value % divisor == 0 else {
      throw invalid(key, "is \(value), no multiple of \(divisor) (\(divisorKey))")
    }
  }
}

/// Bounds of hyper-parameters that model families share.
enum HyperparameterBounds {
  static let width = 1...1 << 17
  static let layers = 1...4096
  static let heads = 1...4096
  static let vocabulary = 1...1 << 24
  static let positions = 1...1 << 27
  static let pixels = 1...1 << 15
}
