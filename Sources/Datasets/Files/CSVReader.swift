/// Reads delimited text as in RFC 4180: fields may be in quotes, which are doubled within, and may then hold delimiters
/// and line ends (which are returned as LF).
///
/// A row that breaks the rules costs only itself: reading continues at the next line, so that a stray quote does not
/// swallow the file. In text separated by tabs or bars, where many writers know no quotes, it is taken as it is.
struct CSVReader {
  enum Row: Equatable {
    case fields([String])
    case damaged(String)
  }

  /// The most lines of a row; longer rows come from an unclosed quote.
  private static let maximumLineCount = 1000

  let delimiter: UInt8
  private var lines: LineReader
  /// Lines that a failed row has taken.
  private var pending: [LineReader.Line] = []

  init(path: String, delimiter: UInt8) throws(DatasetError) {
    lines = try LineReader(path: path)
    self.delimiter = delimiter
  }

  func place(_ number: Int) -> String { lines.place(number) }

  /// The next row and the number of its first line; blank lines are skipped.
  mutating func next() throws(DatasetError) -> (number: Int, row: Row)? {
    while let first = try nextLine() {
      // A row of a tab-separated file may consist of tabs only.
      if first.bytes.allSatisfy({ $0 == 0x20 }) { continue }
      return (first.number, try row(from: first))
    }
    return nil
  }

  private mutating func nextLine() throws(DatasetError) -> LineReader.Line? {
    pending.isEmpty ? try lines.next() : pending.removeFirst()
  }

  private mutating func row(from first: LineReader.Line) throws(DatasetError) -> Row {
    var parser = CSVRowParser(delimiter: delimiter)
    var taken: [LineReader.Line] = []
    var line = first
    while true {
      parser.add(line.bytes)
      guard parser.isOpen, taken.count < Self.maximumLineCount, let following = try nextLine() else { break }
      taken.append(following)
      line = following
    }
    let problem = parser.problem ?? (parser.isOpen ? "a quote is not closed" : nil)
    guard let problem else {
      let fields = parser.fields.compactMap { String(validating: $0, as: UTF8.self) }
      return fields.count == parser.fields.count ? .fields(fields) : .damaged("it is not valid UTF-8")
    }
    pending = taken + pending
    guard [UInt8(ascii: "\t"), UInt8(ascii: "|")].contains(delimiter) else { return .damaged(problem) }
    guard let text = first.text else { return .damaged("it is not valid UTF-8") }
    return .fields(
      text.unicodeScalars.split(separator: Unicode.Scalar(delimiter), omittingEmptySubsequences: false).map {
        String($0)
      })
  }
}

/// Takes the lines of one row.
struct CSVRowParser {
  private enum State { case start, plain, quoted, afterQuote }

  let delimiter: UInt8
  private(set) var fields: [[UInt8]] = [[]]
  private(set) var problem: String?
  private var state = State.start

  init(delimiter: UInt8) { self.delimiter = delimiter }

  /// Whether the row continues in the next line.
  var isOpen: Bool { state == .quoted && problem == nil }

  mutating func add(_ line: ArraySlice<UInt8>) {
    let quote = UInt8(ascii: "\"")
    if state == .quoted { append(0x0A) }
    for byte in line {
      switch (state, byte) {
      case (.quoted, quote): state = .afterQuote
      case (.quoted, _): append(byte)
      case (.start, quote): state = .quoted
      case (_, delimiter):
        fields.append([])
        state = .start
      case (.afterQuote, quote):
        append(quote)
        state = .quoted
      case (.afterQuote, _):
        problem = "something follows a closing quote"
        return
      default:
        append(byte)
        state = .plain
      }
    }
  }

  private mutating func append(_ byte: UInt8) { fields[fields.count - 1].append(byte) }
}
