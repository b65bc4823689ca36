/// A zip archive put together field by field, so that any of them can lie.
struct ZipBytes {
  struct Entry {
    var name = Array("file".utf8)
    /// As it lies in the archive.
    var content = Array("content".utf8)
    var method: UInt16 = 0
    var flags: UInt16 = 0
    /// Of "content".
    var checksum: UInt32 = 0xfec5_30a9
    var byteCount: UInt32 = 7
    var compressedByteCount: UInt32?
    var attributes: UInt32 = 0
    var extra: [UInt8] = []
    var localName: [UInt8]?
    var localMethod: UInt16?
    var headerOffset: UInt32?
  }

  var entries = [Entry()]
  var before: [UInt8] = []
  var betweenDirectoryAndEnd: [UInt8] = []
  var disk: UInt16 = 0
  var entryCount: UInt16?
  var directoryOffset: UInt32?
  var directoryByteCount: UInt32?

  var values: [UInt8] {
    var file = Bytes().appending(before)
    var directory = Bytes()
    for entry in entries {
      let offset = entry.headerOffset ?? UInt32(file.count)
      let compressed = entry.compressedByteCount ?? UInt32(entry.content.count)
      let localName = entry.localName ?? entry.name
      file = file.appending(little: UInt32(0x0403_4b50)).appending(little: UInt16(20)).appending(little: entry.flags)
        .appending(little: entry.localMethod ?? entry.method).appending(little: UInt32(0))
        .appending(little: entry.checksum).appending(little: compressed).appending(little: entry.byteCount)
        .appending(little: UInt16(localName.count)).appending(little: UInt16(0)).appending(localName)
        .appending(entry.content)
      directory = directory.appending(little: UInt32(0x0201_4b50)).appending(little: UInt16(0x0314))
        .appending(little: UInt16(20)).appending(little: entry.flags).appending(little: entry.method)
        .appending(little: UInt32(0)).appending(little: entry.checksum).appending(little: compressed)
        .appending(little: entry.byteCount).appending(little: UInt16(entry.name.count))
        .appending(little: UInt16(entry.extra.count)).appending(little: UInt16(0)).appending(little: UInt16(0))
        .appending(little: UInt16(0)).appending(little: entry.attributes).appending(little: offset)
        .appending(entry.name).appending(entry.extra)
    }
    let count = entryCount ?? UInt16(entries.count)
    let start = directoryOffset ?? UInt32(file.count)
    return file.appending(directory.values).appending(betweenDirectoryAndEnd).appending(little: UInt32(0x0605_4b50))
      .appending(little: disk).appending(little: UInt16(0)).appending(little: count).appending(little: count)
      .appending(little: directoryByteCount ?? UInt32(directory.count)).appending(little: start)
      .appending(little: UInt16(0)).values
  }
}
