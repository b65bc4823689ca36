/// The last lines of a program's output, however long it is.
struct OutputTail: Sendable {
  private static let byteCount = 16 << 10
  private static let lineCount = 12
  private var bytes: [UInt8] = []

  mutating func append(_ piece: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: piece)
    // Not at every piece: that would be quadratic.
    if bytes.count > 2 * Self.byteCount { bytes.removeFirst(bytes.count - Self.byteCount) }
  }

  /// Complete lines, without control characters (a terminal would obey them).
  var text: String {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(Self.lineCount)
    return lines.map { line in
      String(
        String.UnicodeScalarView(line.unicodeScalars.filter { !($0.value < 0x20 || (0x7f..<0xa0).contains($0.value)) }))
    }.joined(separator: "\n")
  }
}
