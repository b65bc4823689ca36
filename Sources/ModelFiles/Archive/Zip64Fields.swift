/// Sizes and place of an entry; those that are too large for 32 bits stand in the extra field 0x0001 (APPNOTE.TXT 4.5.3).
struct Zip64Fields {
  var uncompressed: UInt64
  var compressed: UInt64
  var offset: UInt64
  var disk: UInt32

  init(uncompressed: UInt32, compressed: UInt32, offset: UInt32, disk: UInt16) {
    self.uncompressed = UInt64(uncompressed)
    self.compressed = UInt64(compressed)
    self.offset = UInt64(offset)
    self.disk = UInt32(disk)
  }

  /// Replaces the fields that hold their greatest value by those in the extra field.
  ///
  /// - Returns: whether the extra fields are well-formed and hold all that is needed.
  mutating func complete(from extra: ArraySlice<UInt8>) -> Bool {
    var fields = ZipFields(extra)
    var needed = uncompressed == .init(UInt32.max) || compressed == .init(UInt32.max) || offset == .init(UInt32.max)
    needed = needed || disk == .init(UInt16.max)
    while fields.remaining > 0 {
      guard let identifier = fields.uint16(), let count = fields.uint16(), let bytes = fields.take(Int(count)) else {
        return false
      }
      guard identifier == 1, needed else { continue }
      guard replace(from: ZipFields(bytes)) else { return false }
      needed = false
    }
    return !needed
  }

  private mutating func replace(from fields: ZipFields) -> Bool {
    var fields = fields
    for field in [\Zip64Fields.uncompressed, \.compressed, \.offset] where self[keyPath: field] == UInt64(UInt32.max) {
      guard let value = fields.uint64() else { return false }
      self[keyPath: field] = value
    }
    if disk == UInt32(UInt16.max) {
      guard let value = fields.uint32() else { return false }
      disk = value
    }
    return true
  }
}
