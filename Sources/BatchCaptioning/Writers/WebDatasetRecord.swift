#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The `.json` of a sample: the sample's own fields, followed by all that is known of its caption.
///
/// The fields are those of `JSONLinesFormat`. Nothing of the sample's own is lost: its fields stay as they are written,
/// and where one has the name of one of ours but another value, its value goes to the object `original`. The text that
/// the caption replaces (`txt`) and a `.json` that is no object (`json`) go there too; as `txt_base64` and
/// `json_base64` where they are not UTF-8. A value already in `original` stays: it is older.
struct WebDatasetRecord {
  private static let originalName = "original"

  /// The sample's own `.json` and `.txt`; `nil` where it has none.
  var json: [UInt8]?
  var text: [UInt8]?

  func bytes(_ image: FinishedImage, _ caption: BatchCaption) -> [UInt8] {
    var row = JSONRow()
    row.add(path: image)
    row.add(caption)
    let fields = JSONMembers(row.finished) ?? JSONMembers()
    var record = JSONMembers()
    var original = JSONMembers()
    if let json {
      if let own = JSONMembers(json) {
        take(own, fields, &record, &original)
      } else {
        add("json", json, to: &original)
      }
    }
    if let text, text != Array(caption.text.utf8) { add("txt", text, to: &original) }
    record.members += fields.members
    if !original.members.isEmpty { record.add(Self.originalName, original.bytes) }
    return record.bytes
  }

  private func take(
    _ own: JSONMembers, _ fields: JSONMembers, _ record: inout JSONMembers, _ original: inout JSONMembers
  ) {
    let originalName = Array(Self.originalName.utf8)
    // The older values come first.
    if let before = own[originalName] {
      if let members = JSONMembers(before) { original = members } else { original.add(Self.originalName, before) }
    }
    for member in own.members where member.name != originalName {
      guard let value = fields[member.name] else {
        record.members.append(member)
        continue
      }
      if value != member.value, original[member.name] == nil { original.members.append(member) }
    }
  }

  private func add(_ name: String, _ content: [UInt8], to original: inout JSONMembers) {
    var row = JSONRow()
    if let text = String(validating: content, as: UTF8.self) {
      row.add(name, text)
    } else {
      row.add(name + "_base64", Data(content).base64EncodedString())
    }
    for member in JSONMembers(row.finished)?.members ?? [] where original[member.name] == nil {
      original.members.append(member)
    }
  }
}
