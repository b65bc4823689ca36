import ModelFiles

/// Reads the lines of an output's file, each with its end, through one buffer.
struct RowScanner {
  private let file: InputFile
  /// The offset at which to stop.
  private let end: Int
  /// Whether a line end between quotes belongs to a field, as in CSV.
  private let heedsQuotes: Bool
  private var offset = 0
  private var buffer: [UInt8] = []
  private var place = 0

  private static let pieceByteCount = 1 << 20

  init(_ file: InputFile, end: Int, heedsQuotes: Bool) {
    self.file = file
    self.end = end
    self.heedsQuotes = heedsQuotes
  }

  /// - Returns: `nil` at the end.
  mutating func next() throws(FileSystemError) -> ArraySlice<UInt8>? {
    var searched = place
    var isQuoted = false
    while true {
      while searched < buffer.count {
        let byte = buffer[searched]
        searched += 1
        if heedsQuotes, byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        if byte == 0x0A, !isQuoted {
          defer { place = searched }
          return buffer[place..<searched]
        }
      }
      let left = min(Self.pieceByteCount, end - offset)
      if left <= 0 {
        defer { place = buffer.count }
        return place < buffer.count ? buffer[place...] : nil
      }
      buffer.removeFirst(place)
      searched -= place
      place = 0
      let piece = try file.bytes(at: offset, upTo: left)
      if piece.isEmpty {
        // The file became shorter.
        defer { place = buffer.count }
        return buffer.isEmpty ? nil : buffer[...]
      }
      buffer += piece
      offset += piece.count
    }
  }
}
