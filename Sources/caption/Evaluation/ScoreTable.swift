/// Rows of a name and values in columns as wide as they need to be.
struct ScoreTable {
  private var rows: [[String]]

  /// - Parameter titles: of the columns of values; without any, there is no line of them.
  init(titles: [String]) { rows = titles.isEmpty ? [] : [[""] + titles] }

  mutating func add(_ name: String, _ values: [String]) { rows.append([name] + values) }

  var text: String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column + 1 == row.count ? cell : cell + String(repeating: " ", count: widths[column] + 2 - cell.count)
      }
      return cells.joined() + "\n"
    }
    .joined()
  }
}
