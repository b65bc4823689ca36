/// Reads a file line by line, through one buffer: memory is that of the longest line. UTF-16 is converted to UTF-8.
struct LineReader {
  struct Line {
    /// The line's number, counted from 1.
    let number: Int
    /// The line without its end (LF or CRLF) and without a first line's byte order mark.
    let bytes: ArraySlice<UInt8>

    /// The line as text; `nil` where it is not valid UTF-8.
    var text: String? { String(validating: bytes, as: UTF8.self) }
    var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
  }

  static let maximumLineByteCount = 64 << 20
  private static let pieceByteCount = 256 << 10

  private let file: DatasetFile
  private var offset = 0
  private var number = 0
  private var buffer: [UInt8] = []
  private var start = 0
  /// The decoder of a file in UTF-16.
  private var decoder: UTF16Decoder?

  init(path: String) throws(DatasetError) { file = try DatasetFile(path: path) }

  /// The place as `path:12`, for messages.
  func place(_ number: Int) -> String { "\(DatasetPath.name(file.path)):\(number)" }

  mutating func next() throws(DatasetError) -> Line? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return line(buffer[start..<end])
      }
      searched = buffer.count
      guard buffer.count - start <= Self.maximumLineByteCount else {
        throw .cannotRead(path: file.path, reason: "line \(number + 1) is longer than any text: it is no text file")
      }
      let piece = try nextPiece()
      if piece.isEmpty {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return line(buffer[start...])
      }
      searched -= start
      buffer.removeFirst(start)
      start = 0
      buffer += piece
    }
  }

  /// - Returns: an empty array at the end.
  private mutating func nextPiece() throws(DatasetError) -> [UInt8] {
    let piece = try file.bytes(at: offset, count: Self.pieceByteCount)
    if offset == 0, case .utf16(let isBigEndian) = WideText(head: piece[...]) {
      decoder = UTF16Decoder(isBigEndian: isBigEndian)
    }
    offset += piece.count
    guard var decoder else { return piece }
    defer { self.decoder = decoder }
    return piece.isEmpty ? decoder.finish() : decoder.decode(piece[...])
  }

  private mutating func line(_ content: ArraySlice<UInt8>) -> Line {
    number += 1
    var content = content
    if number == 1, content.starts(with: [0xEF, 0xBB, 0xBF]) { content.removeFirst(3) }
    if content.last == 0x0D { content.removeLast() }
    return Line(number: number, bytes: content)
  }
}
