import Foundation

/// Annotation files that are one JSON value.
enum JSONDocument {
  /// - Throws: `DatasetError.malformed` where the whole cannot be read; single elements are `Lenient`.
  static func read<Value: Decodable>(_ type: Value.Type, path: String, format: String) throws(DatasetError) -> Value {
    let bytes = try Self.bytes(path: path)
    do throws(JSONProblem) {
      return try decodeJSON(type, from: bytes)
    } catch {
      throw .malformed(path: path, format: format, problem: error.reason)
    }
  }

  /// The bytes of the whole file, without a byte order mark.
  private static func bytes(path: String) throws(DatasetError) -> ArraySlice<UInt8> {
    let file = try DatasetFile(path: path)
    return utf8Text(try file.bytes(at: 0, count: file.byteCount))
  }

  /// An element of a file that is an array, or a member of one that is an object.
  struct Element {
    /// The member's name; `nil` in an array.
    let name: String?
    let value: ArraySlice<UInt8>
  }

  /// - Throws: `DatasetError.malformed` with line and column where the file is not valid JSON.
  static func elements(path: String, format: String) throws(DatasetError) -> [Element] {
    let bytes = try Self.bytes(path: path)
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw .malformed(path: path, format: format, problem: "it is not valid UTF-8")
    }
    var elements: [Element] = []
    if let fault = read(bytes, into: &elements) {
      throw .malformed(
        path: path, format: format, problem: JSONProblem(fault, in: bytes).reason)
    }
    return elements
  }

  /// The elements that are complete in a file's first bytes.
  static func elements(head: [UInt8]) -> [Element] {
    var elements: [Element] = []
    _ = read(head[...], into: &elements)
    return elements
  }

  /// The names of an object's members; empty for what is no object.
  static func keys(of object: ArraySlice<UInt8>) -> Set<String> {
    guard object.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return [] }
    var elements: [Element] = []
    _ = read(object, into: &elements)
    return Set(elements.compactMap(\.name))
  }

  /// - Returns: the fault that ends the reading too early.
  private static func read(_ bytes: ArraySlice<UInt8>, into elements: inout [Element]) -> JSONSyntax.Fault? {
    var syntax = JSONSyntax(bytes)
    var found: [Element] = []
    defer { elements = found }
    do throws(JSONSyntax.Fault) {
      if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
        try syntax.members { name, value in
          found.append(Element(name: try? JSONDecoder().decode(String.self, from: Data(name)), value: value))
        }
      } else {
        try syntax.elements { found.append(Element(name: nil, value: $0)) }
      }
      try syntax.end()
      return nil
    } catch {
      return error
    }
  }

  /// Whether the first bytes of a JSON file that is one value mention all of these keys.
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
