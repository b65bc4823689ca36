import Tensors

/// The key-value pairs of a GGUF file. All of them were checked when the file was opened; values are read when asked.
///
/// Accessors throw `ModelFileError.missingValue` where there is no such key and `.invalidValue` where its value has
/// another type; those ending in `IfPresent` give `nil` for a missing key.
package struct GGUFMetadata: Sendable {
  /// The file, for messages.
  package let path: String
  /// The keys in the order of the file.
  package let keys: [String]

  let bytes: StoredTensor.Bytes
  let entries: [String: Entry]

  struct Entry {
    let type: GGUFValueType
    let offset: Int
  }

  init(path: String, bytes: StoredTensor.Bytes, keys: [String], entries: [String: Entry]) {
    self.path = path
    self.bytes = bytes
    self.keys = keys
    self.entries = entries
  }

  package func contains(_ key: String) -> Bool { entries[key] != nil }

  /// The type of a value; `nil` where there is no such key.
  package func type(of key: String) -> GGUFValueType? { entries[key]?.type }

  package func string(_ key: String) throws(ModelFileError) -> String { try required(key, stringIfPresent(key)) }
  /// A value of any integer type, if it fits.
  package func integer(_ key: String) throws(ModelFileError) -> Int { try required(key, integerIfPresent(key)) }
  /// A value of a floating-point type.
  package func float(_ key: String) throws(ModelFileError) -> Double { try required(key, floatIfPresent(key)) }
  package func bool(_ key: String) throws(ModelFileError) -> Bool { try required(key, boolIfPresent(key)) }
  package func array(_ key: String) throws(ModelFileError) -> GGUFArray { try required(key, arrayIfPresent(key)) }

  package func integers(_ key: String) throws(ModelFileError) -> [Int] {
    try typed(key, "is no array of integers", array(key).integers())
  }

  package func floats(_ key: String) throws(ModelFileError) -> [Float] {
    try typed(key, "is no array of floating-point numbers", array(key).floats())
  }

  package func bools(_ key: String) throws(ModelFileError) -> [Bool] {
    try typed(key, "is no array of truth values", array(key).bools())
  }

  package func strings(_ key: String) throws(ModelFileError) -> GGUFStringArray {
    try typed(key, "is no array of strings", array(key).strings())
  }

  package func stringIfPresent(_ key: String) throws(ModelFileError) -> String? {
    guard let entry = try entry(key, "is no string", { $0 == .string }) else { return nil }
    let string = withExtendedLifetime(bytes) { () -> String? in
      var cursor = ByteCursor(bytes.buffer, at: entry.offset)
      guard let length = try? cursor.count(ofAtLeast: 1, "bytes"), let range = try? cursor.range(length) else {
        return nil
      }
      return String(validating: bytes.buffer[range])
    }
    return try typed(key, "is not valid UTF-8", string)
  }

  package func integerIfPresent(_ key: String) throws(ModelFileError) -> Int? {
    guard let entry = try entry(key, "is no integer", \.isInteger) else { return nil }
    return try typed(
      key, "is too large", withExtendedLifetime(bytes) { entry.type.integer(bytes.buffer, at: entry.offset) })
  }

  package func floatIfPresent(_ key: String) throws(ModelFileError) -> Double? {
    let problem = "is no floating-point number"
    guard let entry = try entry(key, problem, { $0 == .float32 || $0 == .float64 }) else { return nil }
    return try typed(key, problem, withExtendedLifetime(bytes) { entry.type.float(bytes.buffer, at: entry.offset) })
  }

  package func boolIfPresent(_ key: String) throws(ModelFileError) -> Bool? {
    guard let entry = try entry(key, "is no truth value", { $0 == .bool }) else { return nil }
    return withExtendedLifetime(bytes) { bytes.buffer[entry.offset] != 0 }
  }

  package func arrayIfPresent(_ key: String) throws(ModelFileError) -> GGUFArray? {
    guard let entry = try entry(key, "is no array", { $0 == .array }) else { return nil }
    return GGUFArray(valid: bytes[entry.offset..<bytes.count])
  }

  private func entry(
    _ key: String, _ problem: String, _ isExpected: (GGUFValueType) -> Bool
  ) throws(ModelFileError) -> Entry? {
    guard let entry = entries[key] else { return nil }
    guard isExpected(entry.type) else {
      throw .invalidValue(path: path, key: key, problem: "\(problem), but of type \(entry.type)")
    }
    return entry
  }

  private func required<Value>(_ key: String, _ value: Value?) throws(ModelFileError) -> Value {
    guard let value else { throw .missingValue(path: path, key: key) }
    return value
  }

  private func typed<Value>(_ key: String, _ problem: String, _ value: Value?) throws(ModelFileError) -> Value {
    guard let value else { throw .invalidValue(path: path, key: key, problem: problem) }
    return value
  }
}
