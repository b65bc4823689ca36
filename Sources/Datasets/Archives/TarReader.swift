/// Reads the headers of a tar archive one after the other: POSIX ustar and pax (IEEE 1003.1-2001), GNU's long names and
/// base-256 sizes, and the older formats they grew from. Contents are skipped, not read.
package struct TarReader {
  package static let blockByteCount = 512
  /// The largest extended header in bytes: they hold names, and no name is longer.
  private static let maximumExtensionByteCount = 1 << 20

  package let file: DatasetFile
  /// The byte offset of the next header.
  package private(set) var offset: Int
  private var globals = PaxRecords()

  /// - Throws: `DatasetError.cannotRead`.
  init(path: String) throws(DatasetError) { self.init(file: try DatasetFile(path: path)) }

  /// - Parameter offset: the offset of a header; global records before it are then unknown.
  package init(file: DatasetFile, offset: Int = 0) {
    self.file = file
    self.offset = offset
  }

  /// Whether a file that begins with `head` is a tar archive: its first header's checksum is right, or it is empty.
  static func isTar(_ head: [UInt8]) -> Bool {
    guard head.count >= blockByteCount else { return false }
    let block = head[..<blockByteCount]
    return TarHeader(block) != nil || block.allSatisfy { $0 == 0 } && head.count >= 2 * blockByteCount
  }

  /// The next member, or `nil` at the end of the archive.
  package mutating func next() throws(TarDamage) -> TarMember? {
    var records = globals
    var longName: [UInt8]?
    // The offset of this member's first header.
    var start: Int?
    while true {
      guard let block = try headerBlock() else { return nil }
      guard let header = TarHeader(block[...]) else { throw damage("the header's checksum is wrong") }
      let size = records.size ?? header.size
      let content = offset + Self.blockByteCount
      guard let size, size >= 0 else { throw damage("the header's size is no number") }
      let isComplete = content <= file.byteCount && size <= file.byteCount - content
      switch header.type {
      case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
        // A size in pax records is the member's, not that of the header between.
        guard let size = header.size, let bytes = try extensionBytes(at: content, count: size) else {
          throw damage("it ends within an extended header")
        }
        switch header.type {
        case UInt8(ascii: "x"): try add(bytes, to: &records)
        case UInt8(ascii: "g"):
          try add(bytes, to: &globals)
          try add(bytes, to: &records)
        case UInt8(ascii: "L"): longName = Array(bytes.prefix { $0 != 0 })
        default: break
        }
        // A global header belongs to no member.
        if header.type != UInt8(ascii: "g"), start == nil { start = offset }
        advance(over: size)
      default:
        let name = records.path ?? longName ?? header.name
        guard isComplete || !header.hasContent else {
          throw TarDamage(
            offset: offset,
            problem: "it ends within \(String(decoding: name, as: UTF8.self)): the archive is truncated",
            member: name)
        }
        let kind = records.isSparse ? .sparse : header.kind
        let member = TarMember(
          nameBytes: name, kind: kind, headerOffset: start ?? offset, offset: content,
          count: header.hasContent ? size : 0)
        advance(over: member.count)
        return member
      }
    }
  }

  /// The block at `offset`, or `nil` where zeros mark the archive's end.
  private mutating func headerBlock() throws(TarDamage) -> [UInt8]? {
    let block = try bytes(at: offset, count: Self.blockByteCount)
    guard !block.isEmpty else { throw damage("it ends without the mark of an archive's end: it may be truncated") }
    guard block.count == Self.blockByteCount else { throw damage("it ends within a header: the archive is truncated") }
    guard block.allSatisfy({ $0 == 0 }) else { return block }
    let following = try bytes(at: offset + Self.blockByteCount, count: Self.blockByteCount)
    // A single block of zeros is an old writer's fault, not the end.
    guard following.contains(where: { $0 != 0 }) else { return nil }
    offset += Self.blockByteCount
    return try headerBlock()
  }

  private func extensionBytes(at position: Int, count: Int) throws(TarDamage) -> [UInt8]? {
    guard count >= 0, count <= Self.maximumExtensionByteCount else { throw damage("an extended header is too large") }
    let bytes = try bytes(at: position, count: count)
    return bytes.count == count ? bytes : nil
  }

  private func add(_ bytes: [UInt8], to records: inout PaxRecords) throws(TarDamage) {
    guard records.add(bytes) else { throw damage("an extended header is damaged") }
  }

  private mutating func advance(over count: Int) {
    // This saturates: sizes are checked against the file's before anything is read there.
    let padded = count.addingReportingOverflow(Self.blockByteCount - 1)
    let blocks = padded.overflow ? file.byteCount : padded.partialValue / Self.blockByteCount * Self.blockByteCount
    offset = min(offset + Self.blockByteCount + min(blocks, file.byteCount), file.byteCount)
  }

  private func bytes(at position: Int, count: Int) throws(TarDamage) -> [UInt8] {
    do throws(DatasetError) {
      return try file.bytes(at: position, count: count)
    } catch {
      throw damage(error.description)
    }
  }

  private func damage(_ problem: String) -> TarDamage { TarDamage(offset: offset, problem: problem) }
}
