import Tensors

/// The `model_type` of a Hugging Face `config.json`.
///
/// - Throws: `ModelFileError` where the file cannot be read or says nothing.
package func modelType(configuration path: String) throws(ModelFileError) -> String {
  guard let type = try JSONConfiguration(path: path).stringIfPresent("model_type") else {
    throw .missingValue(path: path, key: "model_type")
  }
  return type
}

/// The members of a JSON object in a file, such as Hugging Face's `config.json`, by key. `null` counts as missing.
struct JSONConfiguration: HyperparameterSource {
  let path: String
  /// What stands before the keys in messages: `rope_parameters.` for a nested object.
  private let prefix: String
  private let members: [String: JSONValue]

  static let maximumByteCount = 1 << 20

  /// - Throws: `ModelFileError.cannotOpen`, or `.malformed` where the file is no JSON object or over 1 MB.
  init(path: String) throws(ModelFileError) {
    let bytes = try MappedFile(path: path).bytes
    defer { withExtendedLifetime(bytes) {} }
    func malformed(_ problem: String) -> ModelFileError { .malformed(path: path, format: .json, problem: problem) }
    guard bytes.count <= Self.maximumByteCount else {
      throw malformed("\(bytes.count) bytes are over the limit of \(Self.maximumByteCount) for a configuration")
    }
    let value: JSONValue
    do throws(JSONScanner.Failure) {
      value = try JSONValue(bytes.buffer)
    } catch {
      throw malformed("byte \(error.offset): \(error.problem)")
    }
    guard case .object(let members) = value else { throw malformed("it is no JSON object") }
    self.init(path: path, prefix: "", members: members)
  }

  private init(path: String, prefix: String, members: [String: JSONValue]) {
    self.path = path
    self.prefix = prefix
    self.members = members
  }

  /// The keys of all members that are not `null`, in order.
  var keys: [String] { members.filter { $0.value != .null }.keys.sorted() }

  func invalid(_ key: String, _ problem: String) -> ModelFileError {
    .invalidValue(path: path, key: prefix + key, problem: problem)
  }

  func integerIfPresent(_ key: String) throws(ModelFileError) -> Int? {
    switch value(key) {
    case nil: return nil
    case .integer(let integer): return integer
    default: throw invalid(key, "is no whole number of 64 bits")
    }
  }

  func floatIfPresent(_ key: String) throws(ModelFileError) -> Double? {
    switch value(key) {
    case nil: return nil
    case .integer(let integer): return Double(integer)
    case .number(let number): return number
    default: throw invalid(key, "is no number")
    }
  }

  func boolIfPresent(_ key: String) throws(ModelFileError) -> Bool? {
    switch value(key) {
    case nil: return nil
    case .bool(let bool): return bool
    default: throw invalid(key, "is neither true nor false")
    }
  }

  func stringIfPresent(_ key: String) throws(ModelFileError) -> String? {
    switch value(key) {
    case nil: return nil
    case .string(let string): return string
    default: throw invalid(key, "is no string")
    }
  }

  func objectIfPresent(_ key: String) throws(ModelFileError) -> JSONConfiguration? {
    switch value(key) {
    case nil: return nil
    case .object(let members): return JSONConfiguration(path: path, prefix: "\(prefix)\(key).", members: members)
    default: throw invalid(key, "is no object")
    }
  }

  /// The integers of an array, or a single integer as one.
  func integersIfPresent(_ key: String) throws(ModelFileError) -> [Int]? {
    switch value(key) {
    case nil: return nil
    case .integer(let integer): return [integer]
    case .array(let elements):
      var integers: [Int] = []
      for element in elements {
        guard case .integer(let integer) = element else { throw invalid(key, "holds something other than integers") }
        integers.append(integer)
      }
      return integers
    default: throw invalid(key, "is neither an integer nor an array of integers")
    }
  }

  func floatsIfPresent(_ key: String) throws(ModelFileError) -> [Double]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw invalid(key, "is no array of numbers") }
    var floats: [Double] = []
    for element in elements {
      switch element {
      case .integer(let integer): floats.append(Double(integer))
      case .number(let number): floats.append(number)
      default: throw invalid(key, "holds something other than numbers")
      }
    }
    return floats
  }

  /// Whether the key's value is an object.
  func isObject(_ key: String) -> Bool {
    if case .object? = value(key) { true } else { false }
  }

  func stringsIfPresent(_ key: String) throws(ModelFileError) -> [String]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw invalid(key, "is no array") }
    var strings: [String] = []
    for element in elements {
      guard case .string(let string) = element else { throw invalid(key, "holds something other than strings") }
      strings.append(string)
    }
    return strings
  }

  private func value(_ key: String) -> JSONValue? {
    members[key].flatMap { $0 == .null ? nil : $0 }
  }
}
