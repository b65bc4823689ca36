package import SystemPackage

/// COCO results, `[{"image_id": …, "caption": …}, …]`, as evaluation servers take them.
///
/// An image is identified by the number in its name, if there is one (`000000000139.jpg`,
/// `COCO_val2014_000000000042.jpg`); else, or where the number has more than 64 bits, by its name. Where the captioner
/// was not sure the caption is empty, since evaluation wants a text for every image.
package struct COCOResultsFormat: RowFormat {
  package init() {}

  package var header: [UInt8] { Array("[\n".utf8) }
  package var separator: [UInt8] { Array(",\n".utf8) }
  package var footer: [UInt8] { Array("\n]\n".utf8) }

  package func row(_ image: FinishedImage) -> [UInt8]? {
    guard let caption = image.caption else { return nil }
    var row = JSONRow()
    Self.add(image.path, to: &row)
    row.add("caption", caption.text)
    return row.finished
  }

  private static func add(_ path: FilePath, to row: inout JSONRow) {
    let name = path.lastComponent.map { FilePath(root: nil, [$0]) } ?? path
    if let number = number(name) { row.add("image_id", number) } else { row.add("image_id", name.text) }
  }

  package func subject(ofRow line: ArraySlice<UInt8>) -> [UInt8]? {
    let row = line.prefix { $0 != 0x0A }
    return JSONMembers(Array(row.last == UInt8(ascii: ",") ? row.dropLast() : row))?[Array("image_id".utf8)]
  }

  package func subject(_ path: FilePath) -> [UInt8]? {
    var row = JSONRow()
    Self.add(path, to: &row)
    return subject(ofRow: row.finished[...])
  }

  /// The identifier of an image in its row, as written in JSON.
  package static func identifier(_ path: FilePath) -> String {
    String(decoding: COCOResultsFormat().subject(path) ?? [], as: UTF8.self)
  }

  private static func number(_ name: FilePath) -> Int? {
    // Bytes, not characters: a combining mark after a digit would make another character of it.
    var stem = name.stemBytes[...]
    if stem.starts(with: "COCO_".utf8), let underscore = stem.lastIndex(of: UInt8(ascii: "_")) {
      stem = stem[(underscore + 1)...]
    }
    guard !stem.isEmpty, stem.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
    return Int(String(decoding: stem, as: UTF8.self))
  }
}
