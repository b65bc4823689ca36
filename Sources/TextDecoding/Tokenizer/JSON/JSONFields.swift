import ModelFiles

/// The members of one object in a `tokenizer.json`, and the errors about them.
struct JSONFields {
  let path: String
  /// The object's location, such as `model` or `added_tokens[3]`; empty for the outermost.
  let location: String
  private let members: [(key: String, value: ByteKeyedJSON)]

  /// - Parameter known: the keys that are understood. Any other key is refused: it could ask for different behaviour.
  init(
    _ json: ByteKeyedJSON, path: String, location: String, known: Set<String>
  ) throws(ModelFileError) {
    guard case .object(let members) = json else {
      throw .invalidValue(path: path, key: location, problem: "is \(json), not an object")
    }
    self.path = path
    self.location = location
    self.members = members.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
    for (key, value) in self.members where !known.contains(key) { throw unsupported(key, value) }
  }

  /// The members of a component of a pipeline, such as a normaliser, whose `type` decides its other members.
  ///
  /// - Parameter types: the types that are understood, each with the keys that it has beside `type`.
  init(
    component json: ByteKeyedJSON, path: String, location: String, types: [String: Set<String>]
  ) throws(ModelFileError) {
    guard case .object(let members) = json else {
      throw .invalidValue(path: path, key: location, problem: "is \(json), not an object")
    }
    let all = try JSONFields(
      json, path: path, location: location, known: Set(members.map { String(decoding: $0.key, as: UTF8.self) }))
    let type = try all.requiredBytes("type")
    guard let keys = types[String(decoding: type, as: UTF8.self)] else { throw all.unsupported("type", .string(type)) }
    try self.init(json, path: path, location: location, known: keys.union(["type"]))
  }

  func name(_ key: String) -> String { location.isEmpty ? key : "\(location).\(key)" }

  func invalid(_ key: String, _ problem: String) -> ModelFileError {
    .invalidValue(path: path, key: name(key), problem: problem)
  }

  func unsupported(_ key: String, _ value: ByteKeyedJSON) -> ModelFileError {
    .unsupported(path: path, format: .json, feature: "'\(name(key))' being \(value)")
  }

  /// The value of `key`; `nil` also where it is null.
  func value(_ key: String) -> ByteKeyedJSON? {
    guard let value = members.first(where: { $0.key == key })?.value else { return nil }
    if case .null = value { return nil }
    return value
  }

  func bool(_ key: String, default fallback: Bool) throws(ModelFileError) -> Bool {
    switch value(key) {
    case nil: return fallback
    case .bool(let value): return value
    case let other?: throw invalid(key, "is \(other), not true or false")
    }
  }

  func bytes(_ key: String) throws(ModelFileError) -> [UInt8]? {
    switch value(key) {
    case nil: return nil
    case .string(let bytes): return bytes
    case let other?: throw invalid(key, "is \(other), not a string")
    }
  }

  func requiredBytes(_ key: String) throws(ModelFileError) -> [UInt8] {
    guard let bytes = try bytes(key) else { throw .missingValue(path: path, key: name(key)) }
    return bytes
  }

  func requiredInteger(_ key: String) throws(ModelFileError) -> Int {
    guard let integer = try integer(key) else { throw .missingValue(path: path, key: name(key)) }
    return integer
  }

  func integer(_ key: String) throws(ModelFileError) -> Int? {
    switch value(key) {
    case nil: return nil
    case .integer(let value): return value
    case let other?: throw invalid(key, "is \(other), not a whole number")
    }
  }

  /// The only member of the object at `key`, as enumerations with a value are spelt: `{"Regex": "…"}`.
  func variant(_ key: String) throws(ModelFileError) -> (name: String, value: [UInt8]) {
    let json = value(key) ?? .null
    guard case .object(let members) = json, members.count == 1, case .string(let value) = members[0].value else {
      throw unsupported(key, json)
    }
    return (String(decoding: members[0].key, as: UTF8.self), value)
  }

  func elements(_ key: String) throws(ModelFileError) -> [ByteKeyedJSON] {
    switch value(key) {
    case nil: return []
    case .array(let elements): return elements
    case let other?: throw invalid(key, "is \(other), not an array")
    }
  }
}
