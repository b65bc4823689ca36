/// How the stored pixels must be rotated or mirrored to stand upright: EXIF tag 0x0112, whose raw values these are, or
/// XMP's `tiff:Orientation`, which has the same.
package enum EXIFOrientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirroredHorizontally
  case rotatedHalf
  case mirroredVertically
  /// Rows and columns are exchanged.
  case transposed
  /// To be rotated a quarter clockwise.
  case rotatedQuarterClockwise
  /// Exchanged along the other diagonal.
  case transversed
  /// To be rotated a quarter counter-clockwise.
  case rotatedQuarterCounterClockwise

  /// Whether width and height change places.
  package var swapsSides: Bool { rawValue >= Self.transposed.rawValue }

  /// Reads the tag from the first directory of a TIFF structure (the EXIF block without its `Exif\0\0`, which is
  /// skipped where WebP files carry it). Anything malformed, absent or out of range is `upright`: a photo is not
  /// refused for the sake of its metadata.
  package init(exif: UnsafeRawBufferPointer) {
    self.init(exif: exif, xmp: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// The same where the file has XMP, too, which counts where EXIF has no such tag, as in Pillow.
  init(exif: UnsafeRawBufferPointer, xmp: UnsafeRawBufferPointer) {
    let value = Self.tag(in: exif) ?? Self.property(in: xmp)
    self = value.flatMap(EXIFOrientation.init(rawValue:)) ?? .upright
  }

  /// The digit of `tiff:Orientation="6"` or `<tiff:Orientation>6`.
  private static func property(in xmp: UnsafeRawBufferPointer) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    for start in xmp.indices where xmp[start] == name[0] && xmp[start...].starts(with: name) {
      let rest = xmp[(start + name.count)...]
      for before in ["=\"", ">"] where rest.starts(with: before.utf8) {
        guard let digit = rest.dropFirst(before.utf8.count).first, (0x30...0x39).contains(digit) else { continue }
        return Int(digit) - 0x30
      }
    }
    return nil
  }

  private static let tagNumber = 0x0112

  /// How many bytes a number of this TIFF type takes; `nil` for types that are no whole numbers. Whole numbers of
  /// either sign are read, though EXIF asks for 3 (SHORT).
  private static func byteCount(ofType type: Int) -> Int? {
    switch type {
    case 3, 8: 2
    case 4, 9, 13: 4
    default: nil
    }
  }

  private static func tag(in exif: UnsafeRawBufferPointer) -> Int? {
    let signature = Array("Exif\0\0".utf8)
    let tiff = exif.starts(with: signature) ? UnsafeRawBufferPointer(rebasing: exif.dropFirst(signature.count)) : exif
    guard tiff.count >= 8 else { return nil }
    let isLittleEndian: Bool
    switch (tiff[0], tiff[1]) {
    case (0x49, 0x49): isLittleEndian = true
    case (0x4D, 0x4D): isLittleEndian = false
    default: return nil
    }
    func number(at offset: Int, byteCount: Int) -> Int? {
      guard offset >= 0, offset <= tiff.count - byteCount else { return nil }
      let bytes = tiff[offset..<offset + byteCount]
      return isLittleEndian
        ? bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        : bytes.reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(at: 2, byteCount: 2) == 42, let directory = number(at: 4, byteCount: 4),
      let entryCount = number(at: directory, byteCount: 2)
    else { return nil }
    for entry in 0..<entryCount {  // at most 65,535
      let offset = directory + 2 + 12 * entry
      guard let tag = number(at: offset, byteCount: 2) else { return nil }
      if tag == tagNumber {
        guard let count = number(at: offset + 2, byteCount: 2).flatMap(byteCount(ofType:)) else { return nil }
        return number(at: offset + 8, byteCount: count)
      }
    }
    return nil
  }
}
