/// Where the central directory lies: the last record of a zip file (APPNOTE.TXT 4.3.16), and for large archives the
/// zip64 record before it (4.3.14, 4.3.15).
struct ZipDirectoryLocation {
  var offset: Int
  var byteCount: Int
  var entryCount: Int

  private static let recordByteCount = 22
  private static let locatorByteCount = 20
  private static let locatorSignature: UInt32 = 0x0706_4b50
  private static let record64ByteCount = 56

  /// - Throws: `ZipError`, `FileSystemError`.
  init(of file: InputFile) throws {
    let tailByteCount = min(file.byteCount, Self.recordByteCount + Int(UInt16.max))
    guard let tail = try file.bytes(at: file.byteCount - tailByteCount, count: tailByteCount),
      let start = Self.recordStart(in: tail)
    else { throw ZipError.notAnArchive(file: file.path) }

    var fields = ZipFields(tail[(start + 4)...])
    guard let disk = fields.uint16(), let directoryDisk = fields.uint16(), let countHere = fields.uint16(),
      let count = fields.uint16(), let byteCount = fields.uint32(), let offset = fields.uint32()
    else { throw ZipError.notAnArchive(file: file.path) }

    let recordOffset = file.byteCount - tailByteCount + start
    let isSaturated = count == .max || byteCount == .max || offset == .max
    if try isSaturated || Self.hasLocator(before: recordOffset, in: file) {
      self = try Self(zip64Before: recordOffset, in: file)
      // Readers that know zip64 and those that do not must find the same directory.
      guard count == .max || entryCount == Int(count), byteCount == .max || self.byteCount == Int(byteCount),
        offset == .max || self.offset == Int(offset)
      else { throw ZipError.malformed(file: file.path, reason: "its two end records contradict each other") }
      return
    }
    guard disk == 0, directoryDisk == 0, countHere == count else {
      throw ZipError.unsupported(file: file.path, reason: "it is one of several disks")
    }
    self.init(offset: Int(offset), byteCount: Int(byteCount), entryCount: Int(count))
    try check(endingAt: recordOffset, in: file)
  }

  private init(offset: Int, byteCount: Int, entryCount: Int) {
    self.offset = offset
    self.byteCount = byteCount
    self.entryCount = entryCount
  }

  /// Some writers add zip64 records that nothing in the end record points out.
  private static func hasLocator(before recordOffset: Int, in file: InputFile) throws -> Bool {
    guard let bytes = try file.bytes(at: recordOffset - locatorByteCount, count: 4) else { return false }
    var fields = ZipFields(bytes[...])
    return fields.uint32() == locatorSignature
  }

  private init(zip64Before recordOffset: Int, in file: InputFile) throws {
    let malformed = ZipError.malformed(file: file.path, reason: "its zip64 end record is missing or out of bounds")
    guard let locatorBytes = try file.bytes(at: recordOffset - Self.locatorByteCount, count: Self.locatorByteCount)
    else { throw malformed }
    var locator = ZipFields(locatorBytes[...])
    guard locator.uint32() == Self.locatorSignature, let locatorDisk = locator.uint32(),
      let position = locator.uint64().flatMap({ Int(exactly: $0) }), let diskCount = locator.uint32(),
      let recordBytes = try file.bytes(at: position, count: Self.record64ByteCount)
    else { throw malformed }
    var record = ZipFields(recordBytes[...])
    guard record.uint32() == 0x0606_4b50, let size = record.uint64(), record.take(4) != nil,
      let disk = record.uint32(), let directoryDisk = record.uint32(), let countHere = record.uint64(),
      let count = record.uint64(), let byteCount = record.uint64().flatMap({ Int(exactly: $0) }),
      let offset = record.uint64().flatMap({ Int(exactly: $0) }), let entryCount = Int(exactly: count)
    else { throw malformed }
    // The size leaves out the first 12 bytes; what may follow the known fields ends where the locator begins.
    let locatorOffset = recordOffset - Self.locatorByteCount
    guard position <= locatorOffset, size == UInt64(locatorOffset - position) &- 12 else { throw malformed }
    guard locatorDisk == 0, diskCount <= 1, disk == 0, directoryDisk == 0, countHere == count else {
      throw ZipError.unsupported(file: file.path, reason: "it is one of several disks")
    }
    self.init(offset: offset, byteCount: byteCount, entryCount: entryCount)
    try check(endingAt: position, in: file)
  }

  /// The directory must end exactly where the end record begins: there is then one reading of the file, not two.
  private func check(endingAt end: Int, in file: InputFile) throws {
    let (sum, overflow) = offset.addingReportingOverflow(byteCount)
    guard !overflow, sum == end else {
      throw ZipError.malformed(
        file: file.path, reason: "its central directory does not end where its end record begins")
    }
  }

  /// The last place where the record's comment ends exactly at the end of the file.
  private static func recordStart(in tail: [UInt8]) -> Int? {
    guard tail.count >= recordByteCount else { return nil }
    return stride(from: tail.count - recordByteCount, through: 0, by: -1).first { start in
      tail[start] == 0x50 && tail[start + 1] == 0x4b && tail[start + 2] == 5 && tail[start + 3] == 6
        && Int(tail[start + 20]) | Int(tail[start + 21]) << 8 == tail.count - start - recordByteCount
    }
  }
}
