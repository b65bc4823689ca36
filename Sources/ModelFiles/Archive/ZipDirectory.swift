/// The central directory (APPNOTE.TXT 4.3.12), every field of it checked.
enum ZipDirectory {
  private static let headerByteCount = 46
  /// Fixed part of a local file header, which precedes each entry's content.
  static let localHeaderByteCount = 30

  /// - Throws: `ZipError`, `FileSystemError`.
  static func entries(of file: InputFile, limits: ZipArchive.Limits) throws -> [ZipEntry] {
    let location = try ZipDirectoryLocation(of: file)
    guard location.entryCount <= limits.entryCount else {
      throw ZipError.limitExceeded(file: file.path, what: "its entries", limit: limits.entryCount)
    }
    guard location.byteCount <= limits.directoryByteCount else {
      throw ZipError.limitExceeded(
        file: file.path, what: "the bytes of its directory", limit: limits.directoryByteCount)
    }
    guard let bytes = try file.bytes(at: location.offset, count: location.byteCount) else {
      throw ZipError.malformed(file: file.path, reason: "its central directory is out of bounds")
    }
    var fields = ZipFields(bytes[...])
    var entries: [ZipEntry] = []
    var names: Set<[UInt8]> = []
    // No capacity reserved: the count is only what the file claims.
    for _ in 0..<location.entryCount {
      let entry = try entry(from: &fields, file: file.path)
      guard names.insert(Array(entry.name.utf8)).inserted else {
        throw ZipError.malformed(file: file.path, reason: "it holds two files named \(entry.name)")
      }
      entries.append(entry)
    }
    guard fields.remaining == 0 else {
      throw ZipError.malformed(file: file.path, reason: "its central directory is longer than its entries")
    }
    return try withoutOverlap(entries, directoryOffset: location.offset, file: file.path)
  }

  private static func entry(from fields: inout ZipFields, file: String) throws -> ZipEntry {
    let malformed = ZipError.malformed(file: file, reason: "its central directory is cut short or out of step")
    guard fields.remaining >= headerByteCount, fields.uint32() == 0x0201_4b50, fields.take(4) != nil,
      let flags = fields.uint16(), let method = fields.uint16(), fields.take(4) != nil, let crc = fields.uint32(),
      let compressed = fields.uint32(), let uncompressed = fields.uint32(), let nameCount = fields.uint16(),
      let extraCount = fields.uint16(), let commentCount = fields.uint16(), let disk = fields.uint16(),
      fields.take(2) != nil, let attributes = fields.uint32(), let offset = fields.uint32(),
      let nameBytes = fields.take(Int(nameCount)), let extra = fields.take(Int(extraCount)),
      fields.take(Int(commentCount)) != nil
    else { throw malformed }

    let name = try ZipName.checked(nameBytes, file: file)
    // Bit 0: encrypted; bit 5: patch data; bit 6: strong encryption; bit 13: masked headers.
    guard flags & 0b0010_0000_0110_0001 == 0 else {
      throw ZipError.unsupported(file: file, reason: "\(name) is encrypted or a patch")
    }
    guard let method = ZipEntry.Method(rawValue: method) else {
      throw ZipError.unsupported(file: file, reason: "\(name) is compressed by method \(method), not by deflate")
    }
    guard attributes >> 16 & 0xf000 != 0xa000 else {
      throw ZipError.unsupported(file: file, reason: "\(name) is a symbolic link")
    }
    var sizes = Zip64Fields(uncompressed: uncompressed, compressed: compressed, offset: offset, disk: disk)
    guard sizes.complete(from: extra), sizes.disk == 0, let byteCount = Int(exactly: sizes.uncompressed),
      let compressedByteCount = Int(exactly: sizes.compressed), let headerOffset = Int(exactly: sizes.offset)
    else { throw ZipError.malformed(file: file, reason: "\(name) has sizes or a place out of bounds") }
    let isDirectory = name.utf8.last == UInt8(ascii: "/")
    guard !isDirectory || byteCount == 0, method != .stored || byteCount == compressedByteCount else {
      throw ZipError.malformed(file: file, reason: "\(name) has sizes that contradict each other")
    }
    return ZipEntry(
      name: name, method: method, crc32: crc, compressedByteCount: compressedByteCount, byteCount: byteCount,
      isDirectory: isDirectory, headerOffset: headerOffset, endOffset: 0)
  }

  /// Small archives can unfold into enormous ones where entries share content: each must have a range of its own.
  private static func withoutOverlap(_ entries: [ZipEntry], directoryOffset: Int, file: String) throws -> [ZipEntry] {
    var entries = entries
    var end = directoryOffset
    for index in entries.indices.sorted(by: { entries[$0].headerOffset > entries[$1].headerOffset }) {
      let entry = entries[index]
      let smallest = localHeaderByteCount + entry.name.utf8.count
      let (needed, overflow) = smallest.addingReportingOverflow(entry.compressedByteCount)
      guard !overflow, entry.headerOffset <= end, needed <= end - entry.headerOffset else {
        throw ZipError.malformed(file: file, reason: "\(entry.name) overlaps with what follows it")
      }
      entries[index].endOffset = end
      end = entry.headerOffset
    }
    return entries
  }
}
