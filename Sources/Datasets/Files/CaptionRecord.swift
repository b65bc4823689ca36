import Foundation

/// A JSON object about one image: a line of a JSON lines file, a list's element, or the `.json` beside a shard's image.
///
/// Known keys: the image's name (see `CaptionColumns`) or COCO's `image_id`, `split`, `labels` (a list, or one),
/// `source`, and captions, where each key has a list or one; without any, LLaVA's `conversations` with one answer.
/// Captions of another type, such as `null`, are ignored.
struct CaptionRecord: Decodable {
  static let conversationsKey = "conversations"

  /// The name under `file_name`.
  let fileName: String?
  /// The name under the best key that holds one.
  let imageName: String?
  /// COCO's `image_id`.
  let imageID: ImageIdentifier?
  let split: String?
  let captions: [String]
  /// Whether a captioner was not sure: the caption is `null`, and there is a `reason`.
  let isNotSure: Bool
  let about: SampleAbout

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let columns = decoder.captionColumns
    fileName = container.text("file_name")
    imageName = columns.imageNames.lazy.compactMap { container.text($0) }.first
    imageID = container.value(ImageIdentifier.self, "image_id")
    split = container.text("split")
    let labels = container.value([OptionalText].self, "labels")?.compactMap(\.text)
    about = SampleAbout(
      labels: labels ?? container.text("labels").map { [$0] } ?? [], source: container.text("source"))
    let usual = columns.captionNames.flatMap { container.captions($0) }
    if usual.isEmpty {
      let other = columns.otherCaptionNames.lazy.map { container.captions($0) }.first { !$0.isEmpty }
      captions = other ?? container.value([Turn].self, Self.conversationsKey).map(Turn.captions) ?? []
    } else {
      captions = usual
    }
    isNotSure = captions.isEmpty && container.contains(Key("caption")) && container.text("reason") != nil
  }

  /// - Throws: `JSONProblem`; also for bytes that are not UTF-8.
  init(json bytes: ArraySlice<UInt8>, columns: CaptionColumns = CaptionColumns()) throws(JSONProblem) {
    self = try decodeJSON(Self.self, from: bytes, columns: columns)
    // Foundation's parser reads values only when asked for, and overlooks some syntax errors: a value that seems to be
    // missing may be there.
    if imageName == nil || captions.isEmpty, let fault = JSONSyntax.fault(in: bytes) {
      throw JSONProblem(fault, in: bytes)
    }
  }

  /// An element of a list of captions that is no text becomes a blank caption, which is reported as such.
  fileprivate struct OptionalText: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }

  /// One speaker's turn in one of LLaVA's conversations.
  private struct Turn: Decodable {
    let from: String
    let value: String

    /// One answer is a caption; several are answers to questions.
    static func captions(_ turns: [Turn]) -> [String] {
      let answers = turns.filter { ["gpt", "assistant"].contains($0.from) }
      return answers.count == 1 ? answers.map(\.value) : []
    }
  }
}

extension KeyedDecodingContainer {
  // An absent key would create an error and discard it, on each of a million lines.
  fileprivate func value<Value: Decodable>(_ type: Value.Type, _ name: String) -> Value? {
    guard let key = K(stringValue: name), contains(key) else { return nil }
    return try? decode(type, forKey: key)
  }

  fileprivate func text(_ name: String) -> String? { value(String.self, name) }

  fileprivate func captions(_ name: String) -> [String] {
    // Each kind of value is tried first under the key that usually holds it.
    if name != "captions", let text = text(name) { return [text] }
    if let list = value([CaptionRecord.OptionalText].self, name) { return list.map { $0.text ?? "" } }
    return text(name).map { [$0] } ?? []
  }
}

/// What a dataset says about an image besides its captions.
struct SampleAbout {
  var labels: [String] = []
  var source: String?
}

/// COCO numbers its images; some datasets modelled on it have names there.
enum ImageIdentifier: Decodable, Hashable, CustomStringConvertible {
  case number(Int)
  case text(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    self =
      if let number = try? container.decode(Int.self) { .number(number) } else {
        .text(try container.decode(String.self))
      }
  }

  var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let text): "'\(text)'"
    }
  }
}
