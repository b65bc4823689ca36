/// How the stored pixels must be turned to stand upright: EXIF tag 0x0112, whose raw values these are.
public enum EXIFOrientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirroredHorizontally
  case rotatedHalf
  case mirroredVertically
  /// Rows and columns are exchanged.
  case transposed
  /// To be turned a quarter clockwise.
  case rotatedQuarterClockwise
  /// Exchanged along the other diagonal.
  case transversed
  /// To be turned a quarter counter-clockwise.
  case rotatedQuarterCounterClockwise

  /// Whether width and height change places.
  public var swapsSides: Bool { rawValue >= Self.transposed.rawValue }

  /// Reads the tag from the first directory of a TIFF structure (the EXIF block without its `Exif\0\0`, which is
  /// skipped where WebP files carry it). Anything malformed, absent or out of range is `upright`: a photo is not
  /// refused for the sake of its metadata.
  public init(exif: UnsafeRawBufferPointer) {
    self = Self.tag(in: exif).flatMap(EXIFOrientation.init(rawValue:)) ?? .upright
  }

  private static let tagNumber = 0x0112
  private static let shortType = 3

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
        guard number(at: offset + 2, byteCount: 2) == shortType else { return nil }
        return number(at: offset + 8, byteCount: 2)
      }
    }
    return nil
  }
}
