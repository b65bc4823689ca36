import Foundation

/// The first row of a table of captions: which column is what.
struct CSVHeader: Equatable {
  private static let imageNames = [
    "file_name", "filename", "image", "path", "file", "image_path", "image_name", "filepath",
  ]
  private static let captionNames: Set<String> = ["caption", "captions", "text", "sentence"]

  let delimiter: UInt8
  let columnCount: Int
  private let image: Int
  private let captions: [Int]
  private let split: Int?

  /// - Parameter head: the first bytes of a file.
  /// - Returns: `nil` unless the first row names columns of images and captions.
  init?(head: [UInt8]) {
    var line = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head[3...] : head[...]
    line = line.prefix { $0 != 0x0A }
    if line.last == 0x0D { line.removeLast() }
    for delimiter in ",\t;".utf8 {
      var parser = CSVRowParser(delimiter: delimiter)
      parser.add(line)
      guard parser.problem == nil, !parser.isOpen else { continue }
      let names = parser.fields.map { CaptionCleaning.none(String(decoding: $0, as: UTF8.self)).lowercased() }
      let captions = names.indices.filter { Self.isCaption(names[$0]) }
      guard let image = Self.imageNames.lazy.compactMap({ names.firstIndex(of: $0) }).first, !captions.isEmpty
      else { continue }
      self.delimiter = delimiter
      self.image = image
      self.captions = captions
      columnCount = names.count
      split = names.firstIndex(of: "split")
      return
    }
    return nil
  }

  /// Also `caption_1`, `caption2`.
  private static func isCaption(_ name: String) -> Bool {
    if captionNames.contains(name) { return true }
    guard name.hasPrefix("caption") else { return false }
    let rest = name.dropFirst("caption".count).drop { $0 == "_" }
    return !rest.isEmpty && rest.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  func image(of row: [String]) -> String { row[image] }
  func split(of row: [String]) -> String? { split.map { row[$0] } }

  /// A field may hold several captions as a JSON list.
  func captions(of row: [String]) -> [String] {
    captions.flatMap { index -> [String] in
      let field = row[index]
      guard field.hasPrefix("["), let list = try? JSONDecoder().decode([String].self, from: Data(field.utf8)) else {
        return [field]
      }
      return list
    }
  }
}
