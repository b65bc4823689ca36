import Foundation

/// A JSON object about one image: a line of a JSON lines file, or the `.json` beside an image in a shard.
///
/// Known keys: `file_name`, `split`, `labels` (a list, or one), `source`, and captions under `captions` (a list), `caption` and `text` (a list or one).
/// Captions of another type, such as `null`, count as not being there.
struct CaptionRecord: Decodable {
  let fileName: String?
  let split: String?
  let captions: [String]
  let about: SampleAbout

  private enum Key: String, CodingKey {
    case fileName = "file_name"
    case split, captions, caption, text, labels, source
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    // An absent key would cost an error that is made and thrown away, on each of a million lines.
    func text(_ key: Key) -> String? {
      container.contains(key) ? try? container.decode(String.self, forKey: key) : nil
    }
    fileName = text(.fileName)
    split = text(.split)
    let labels = container.contains(.labels) ? try? container.decode([OptionalText].self, forKey: .labels) : nil
    about = SampleAbout(
      labels: labels.map { $0.compactMap(\.text) } ?? text(.labels).map { [$0] } ?? [], source: text(.source))
    captions = [Key.captions, .caption, .text].flatMap { key -> [String] in
      guard container.contains(key) else { return [] }
      // Each kind of value is tried first under the key that usually holds it.
      if key != .captions, let text = text(key) { return [text] }
      if let list = try? container.decode([OptionalText].self, forKey: key) { return list.map { $0.text ?? "" } }
      return text(key).map { [$0] } ?? []
    }
  }

  /// - Throws: `JSONProblem`; also for bytes that are not UTF-8.
  init(json bytes: ArraySlice<UInt8>) throws(JSONProblem) {
    self = try decodeJSON(Self.self, from: bytes)
  }

  /// An element of a list of captions that is no text becomes a blank caption, which is named as such.
  private struct OptionalText: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }
}

/// What a dataset says of an image besides its captions.
struct SampleAbout {
  var labels: [String] = []
  var source: String?
}

/// Why JSON could not be read.
struct JSONProblem: Error, Equatable {
  let reason: String
}

func decodeJSON<Value: Decodable>(_ type: Value.Type, from bytes: ArraySlice<UInt8>) throws(JSONProblem) -> Value {
  // Foundation's parser lets invalid bytes pass in some places.
  guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONProblem(reason: "it is not valid UTF-8") }
  do {
    return try JSONDecoder().decode(type, from: Data(bytes))
  } catch DecodingError.dataCorrupted(let context) {
    let cause = (context.underlyingError as? NSError)?.userInfo[NSDebugDescriptionErrorKey] as? String
    throw JSONProblem(reason: "it is not valid JSON\(cause.map { " (\($0))" } ?? "")")
  } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    throw JSONProblem(reason: path.isEmpty ? "it is no JSON object" : "its value of '\(path)' is of another type")
  } catch DecodingError.keyNotFound(let key, _) {
    throw JSONProblem(reason: "it has no '\(key.stringValue)'")
  } catch {
    throw JSONProblem(reason: "it is not valid JSON")
  }
}
