import CZlib
import ModelFiles

/// The journal's records on disk, one after the other. What follows the last commit counts for nothing.
enum JournalFile {
  static let header = Array("caption journal 2\n".utf8)
  /// The header of version 1, which knew images by paths as they were spelled, and no digests of its outputs.
  static let olderHeader = Array("caption journal 1\n".utf8)
  private static let frameHeaderCount = 8
  /// The largest payload in bytes, far above any record's: a longer one is damage.
  private static let longestPayload = 16 << 20

  static func frame(_ record: JournalRecord) -> [UInt8] {
    let payload = record.payload
    var bytes = ByteWriter()
    bytes.append(UInt32(payload.count))
    bytes.append(checksum(payload[...]))
    return bytes.bytes + payload
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32(0, $0.baseAddress, uInt($0.count))) }
  }

  /// Reads a journal's records through one buffer, however long the journal is.
  struct Reader {
    private let file: InputFile
    private let end: Int
    private var buffer: [UInt8] = []
    /// The index in `buffer` at which the next record begins.
    private var place = 0
    /// The offset in the file at which the next record begins.
    private(set) var offset: Int

    private static let bufferCount = 1 << 20

    /// - Parameters:
    ///   - offset: the offset of a record; by default that of the first one.
    ///   - end: the offset to stop at; by default the file's end.
    /// - Throws: `FileSystemError`; `BatchError.unreadableJournal` for a file that is no journal.
    init(path: String, from offset: Int = header.count, to end: Int = .max) throws {
      file = try InputFile(path: path)
      let found = try file.bytes(at: 0, count: header.count)
      if found == olderHeader { throw BatchError.olderJournal(path: Path.parent(path)) }
      guard found == header else { throw BatchError.unreadableJournal(path: path) }
      self.offset = offset
      self.end = min(end, file.byteCount)
    }

    /// The next record; `nil` at the end, and where the bytes are no complete record.
    mutating func next() throws(FileSystemError) -> JournalRecord? {
      guard try fill(frameHeaderCount) else { return nil }
      var frame = ByteReader(buffer[place..<place + frameHeaderCount])
      guard let length: UInt32 = frame.integer(), let checksum: UInt32 = frame.integer(), length <= longestPayload,
        try fill(frameHeaderCount + Int(length))
      else { return nil }
      let payload = buffer[place + frameHeaderCount..<place + frameHeaderCount + Int(length)]
      guard JournalFile.checksum(payload) == checksum, let record = JournalRecord(payload: payload) else { return nil }
      place += frameHeaderCount + Int(length)
      offset += frameHeaderCount + Int(length)
      return record
    }

    /// Fills the buffer; says whether it holds `count` bytes from the next record's beginning.
    private mutating func fill(_ count: Int) throws(FileSystemError) -> Bool {
      if buffer.count - place >= count { return true }
      guard end - offset >= count else { return false }
      let wanted = min(max(Self.bufferCount, count), end - offset)
      guard let bytes = try file.bytes(at: offset, count: wanted) else { return false }
      (buffer, place) = (bytes, 0)
      return true
    }
  }

  /// The record that begins at `offset`; `nil` where none does.
  static func record(at offset: Int, in file: InputFile) throws(FileSystemError) -> JournalRecord? {
    var frame = ByteReader(try file.bytes(at: offset, upTo: frameHeaderCount)[...])
    guard let length: UInt32 = frame.integer(), let checksum: UInt32 = frame.integer(), length <= longestPayload else {
      return nil
    }
    let payload = try file.bytes(at: offset + frameHeaderCount, upTo: Int(length))
    guard payload.count == Int(length), self.checksum(payload[...]) == checksum else { return nil }
    return JournalRecord(payload: payload[...])
  }
}
