/// Rows of a name and values, in columns.
struct ScoreTable {
  private var rows: [[String]]

  /// - Parameter titles: the titles of the columns of values; without any, there is no title line.
  init(titles: [String]) { rows = titles.isEmpty ? [] : [[""] + titles] }

  mutating func add(_ name: String, _ values: [String]) { rows.append([name] + values) }

  var text: String { TextTable.text(rows, indent: 0) }
}
