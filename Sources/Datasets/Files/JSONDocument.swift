/// Annotation files that are one JSON value.
enum JSONDocument {
  /// - Throws: `DatasetError.malformed` where the whole cannot be read; single elements are `Lenient`.
  static func read<Value: Decodable>(_ type: Value.Type, path: String, format: String) throws(DatasetError) -> Value {
    let file = try DatasetFile(path: path)
    var bytes = try file.bytes(at: 0, count: file.byteCount)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    do throws(JSONProblem) {
      return try decodeJSON(type, from: bytes)
    } catch {
      throw .malformed(path: path, format: format, problem: error.reason)
    }
  }

  /// Whether the first bytes of a JSON file, which is one value, mention all of these keys.
  static func mentions(_ keys: [String], head: [UInt8]) -> Bool {
    guard JSONShape(head: head) == .document else { return false }
    let text = String(decoding: head, as: UTF8.self)
    return keys.allSatisfy { text.contains("\"\($0)\"") }
  }
}

/// An element that may be damaged while its neighbours are sound.
struct Lenient<Value: Decodable>: Decodable {
  let value: Value?

  init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
}
