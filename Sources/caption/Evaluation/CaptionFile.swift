import ModelFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The JSON of a file of captions.
enum CaptionFile {
  /// The elements of an array, or objects one a line, each with its place for messages.
  case records([(place: String, record: CaptionRecord)])
  case annotations(CaptionAnnotations)

  /// The largest file in bytes; COCO's own captions take 30 MB.
  private static let largest = 1 << 30

  /// - Parameter expected: the kinds of file that the caller accepts, for messages.
  /// - Throws: `FileSystemError`, `EvaluationError`.
  init(path: String, expected: String) throws {
    var bytes = try FileSystem.read(path, limit: Self.largest)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    switch bytes.first(where: { !Self.isBlank($0) }) {
    case UInt8(ascii: "["):
      let elements = try Self.decode([Element].self, bytes, path: path, expected: expected)
      self = .records(
        try elements.enumerated().map { index, element in
          let place = "\(path): element \(index + 1)"
          guard let record = element.record else {
            throw EvaluationError.malformedElement(place: place, reason: element.problem)
          }
          return (place, record)
        })
    case UInt8(ascii: "{"):
      self =
        if let lines = try Self.lines(bytes, path: path) { .records(lines) } else {
          .annotations(try Self.decode(CaptionAnnotations.self, bytes, path: path, expected: expected))
        }
    case nil: throw EvaluationError.nothing(path: path)
    default: throw EvaluationError.malformed(path: path, reason: "is not JSON", expected: expected)
    }
  }

  /// An array's element that may be damaged; the message can then name it.
  private struct Element: Decodable {
    var record: CaptionRecord?
    var problem = ""

    init(from decoder: any Decoder) throws {
      do {
        record = try CaptionRecord(from: decoder)
      } catch let error as DecodingError {
        problem = reason(of: error, below: decoder.codingPath.count)
      }
    }
  }

  /// Objects that are one a line; nil where the first line is no complete object, or holds annotations.
  private static func lines(_ bytes: ArraySlice<UInt8>, path: String) throws -> [(String, CaptionRecord)]? {
    let decoder = JSONDecoder()
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var records: [(String, CaptionRecord)] = []
    for (index, line) in lines.enumerated() where !line.allSatisfy(isBlank) {
      if records.isEmpty {
        let isObject = (try? decoder.decode(AnyObject.self, from: Data(line))) != nil
        if !isObject || (try? decoder.decode(AnnotationsKey.self, from: Data(line))) != nil { return nil }
      }
      let place = "\(path), line \(index + 1)"
      do {
        records.append((place, try decoder.decode(CaptionRecord.self, from: Data(line))))
      } catch let error as DecodingError {
        throw EvaluationError.malformedElement(place: place, reason: reason(of: error))
      }
    }
    return records
  }

  private struct AnyObject: Decodable {
    private enum NoKey: CodingKey {}
    init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: NoKey.self) }
  }

  private struct AnnotationsKey: Decodable {
    let annotations: [AnyObject]
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ bytes: ArraySlice<UInt8>, path: String, expected: String
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw EvaluationError.malformed(path: path, reason: reason(of: error), expected: expected)
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// The reason in words, such as `annotations[3]: no caption`.
  ///
  /// - Parameter depth: the number of leading keys of the path that are already named.
  private static func reason(of error: DecodingError, below depth: Int = 0) -> String {
    func at(_ path: [any CodingKey]) -> String {
      let place = path.dropFirst(depth).reduce("") { text, key in
        key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
      }
      return place.isEmpty ? "" : "\(place): "
    }
    return switch error {
    case .keyNotFound(let key, let context): "\(at(context.codingPath))no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context): "\(at(context.codingPath))not of the right type"
    case .dataCorrupted: "is not valid JSON"
    @unknown default: "cannot be read"
    }
  }
}
