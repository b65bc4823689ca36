import Foundation

/// The first row of a table of captions: the meaning of each column.
struct CSVHeader: Equatable {
  let delimiter: UInt8
  let columnCount: Int
  /// The number of rows before the images' rows: this one, and one that names the delimiter.
  let rowCount: Int
  /// The name of the column of images.
  let imageName: String
  private let image: Int
  private let captions: [Int]
  private let split: Int?
  /// The column that says why a captioner was not sure.
  private let reason: Int?

  /// - Parameters:
  ///   - head: the first bytes of a file.
  ///   - withOtherNames: whether columns count that may hold captions, but often hold something else.
  /// - Returns: `nil` unless the first row names columns of images and captions.
  init?(head: [UInt8], columns: CaptionColumns, withOtherNames: Bool = true) {
    for row in CSVFirstRow.all(of: head) {
      let names = row.names.map { $0.lowercased() }
      var captions = names.indices.filter { Self.isCaption(names[$0], columns) }
      if withOtherNames, captions.isEmpty, let other = Self.first(columns.otherCaptionNames, in: names) {
        captions = [other]
      }
      guard let image = Self.first(columns.imageNames, in: names), !captions.isEmpty else { continue }
      delimiter = row.delimiter
      rowCount = row.number
      columnCount = names.count
      imageName = names[image]
      self.image = image
      self.captions = captions
      split = names.firstIndex(of: "split")
      reason = names.firstIndex(of: "reason")
      return
    }
    return nil
  }

  private static func first(_ wanted: [String], in names: [String]) -> Int? {
    wanted.lazy.compactMap { names.firstIndex(of: $0.lowercased()) }.first
  }

  /// Whether a column holds captions; names such as `caption_1` and `caption2` count too.
  private static func isCaption(_ name: String, _ columns: CaptionColumns) -> Bool {
    if columns.captionNames.contains(where: { $0.lowercased() == name }) { return true }
    guard columns.caption == nil, name.hasPrefix("caption") else { return false }
    let rest = name.dropFirst("caption".count).drop { $0 == "_" }
    return !rest.isEmpty && rest.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  func image(of row: [String]) -> String { CaptionCleaning.none(row[image]) }
  func split(of row: [String]) -> String? { split.map { row[$0] } }

  /// The captions of a row. A field may hold several as a JSON list.
  func captions(of row: [String]) -> [String] {
    captions.flatMap { index -> [String] in
      let field = row[index]
      guard field.hasPrefix("["), let list = try? JSONDecoder().decode([String].self, from: Data(field.utf8)) else {
        return [field]
      }
      return list
    }
  }

  /// Whether a row has a reason in place of a caption, as `caption batch` writes where it was not sure.
  func isNotSure(_ row: [String]) -> Bool {
    guard let reason, !CaptionCleaning.isBlank(row[reason]) else { return false }
    return captions.allSatisfy { CaptionCleaning.isBlank(row[$0]) }
  }
}

/// The first row of delimited text, read with one delimiter.
struct CSVFirstRow {
  let delimiter: UInt8
  let names: [String]
  /// The row's number from 1: 2 where the first row names the delimiter, `sep=;`, as Excel accepts it.
  let number: Int

  /// The first row read with each possible delimiter, or with the one that the file names.
  static func all(of head: [UInt8]) -> [CSVFirstRow] {
    let text = utf8Text(head)
    let lines = text.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false).map {
      $0.last == 0x0D ? $0.dropLast() : $0
    }
    if let named = lines.first.flatMap(namedDelimiter) {
      return lines.count > 1 ? [row(lines[1], delimiter: named, number: 2)].compactMap(\.self) : []
    }
    return ",\t;|".utf8.compactMap { row(lines[0], delimiter: $0, number: 1) }
  }

  /// The columns of what looks like a table: its first rows have equally many fields, more than one.
  static func columns(head: [UInt8]) -> [String]? {
    let lines = utf8Text(head).split(separator: 0x0A, maxSplits: 3).map { $0.last == 0x0D ? $0.dropLast() : $0 }
    return all(of: head).first { first in
      guard first.names.count > 1, lines.count > first.number else { return false }
      return row(lines[first.number], delimiter: first.delimiter, number: 0)?.names.count == first.names.count
    }?.names
  }

  private static func row(_ line: ArraySlice<UInt8>, delimiter: UInt8, number: Int) -> CSVFirstRow? {
    var parser = CSVRowParser(delimiter: delimiter)
    parser.add(line)
    guard parser.problem == nil, !parser.isOpen else { return nil }
    let names = parser.fields.map { CaptionCleaning.none(String(decoding: $0, as: UTF8.self)) }
    return CSVFirstRow(delimiter: delimiter, names: names, number: number)
  }

  private static func namedDelimiter(_ line: ArraySlice<UInt8>) -> UInt8? {
    let quote = UInt8(ascii: "\"")
    let content = line.first == quote && line.last == quote ? line.dropFirst().dropLast() : line
    guard content.count == 5, content.starts(with: "sep=".utf8) || content.starts(with: "SEP=".utf8) else { return nil }
    return content.last
  }
}
