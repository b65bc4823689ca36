import SystemPackage

/// COCO results, `[{"image_id": …, "caption": …}, …]`, as evaluation servers take them.
///
/// An image's number is that of its name where the name is one (`000000000139.jpg`, `COCO_val2014_000000000042.jpg`); else
/// its name stands there.
package struct COCOResultsFormat: RowFormat {
  package init() {}

  package var header: [UInt8] { Array("[\n".utf8) }
  package var separator: [UInt8] { Array(",\n".utf8) }
  package var footer: [UInt8] { Array("\n]\n".utf8) }

  package func row(_ image: FinishedImage) -> [UInt8]? {
    guard let caption = image.caption else { return nil }
    var row = JSONRow()
    let name = image.path.lastComponent.map { FilePath(root: nil, [$0]).text } ?? image.path.text
    if let number = Self.number(name) { row.add("image_id", number) } else { row.add("image_id", name) }
    row.add("caption", caption.text)
    return row.finished
  }

  static func number(_ name: String) -> Int? {
    var stem = name.prefix { $0 != "." }
    if stem.hasPrefix("COCO_"), let underscore = stem.lastIndex(of: "_") {
      stem = stem[stem.index(after: underscore)...]
    }
    guard !stem.isEmpty, stem.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int(stem)
  }
}
