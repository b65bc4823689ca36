/// The header fields of an answer.
struct HTTPHeaders: Sendable {
  private var values: [String: String] = [:]

  /// - Parameter lines: the header as received. Lines that are no fields, such as the one with the status, are skipped.
  init(lines: String) {
    // "\r\n" is one character.
    for line in lines.split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = line[..<colon].lowercased()
      guard values[name] == nil else { continue }
      values[name] = String(line[colon...].dropFirst().drop { $0 == " " || $0 == "\t" })
    }
  }

  /// The first field of that name, in whatever case.
  subscript(name: String) -> String? { values[name.lowercased()] }
}
