/// Rows of text in columns.
enum TextTable {
  /// Formats columns as wide as their content; the cells after a very long one are not aligned with it.
  static func text(_ rows: [[String]], indent: Int = 2) -> String {
    let widest = 60
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], min(widest, cell.count))
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: max(0, widths[column] - cell.count))
      }
      return String(repeating: " ", count: indent) + cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
