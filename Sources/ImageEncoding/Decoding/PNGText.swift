import ModelFiles

/// The text chunks of a PNG that say how its pixels must be rotated: XMP (`XML:com.adobe.xmp`), and EXIF where
/// ImageMagick puts it (`Raw profile type exif`). Damaged ones count as absent.
struct PNGText {
  private(set) var xmp: [UInt8] = []
  /// The EXIF block, with `Exif\0\0` before it.
  private(set) var exif: [UInt8] = []

  private static let xmpKeyword = "XML:com.adobe.xmp"
  private static let exifKeyword = "Raw profile type exif"
  /// The most bytes that are unpacked, as in Pillow.
  private static let maximumByteCount = 1 << 20

  /// - Parameter png: a whole file.
  init(png: UnsafeRawBufferPointer) {
    var position = 8
    while png.count - position >= 12 {
      let count = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard count <= png.count - position - 12 else { return }
      let type = String(decoding: png[position + 4..<position + 8], as: UTF8.self)
      if ["tEXt", "zTXt", "iTXt"].contains(type) {
        read(png[position + 8..<position + 8 + count], type: type)
      }
      position += count + 12
    }
  }

  private mutating func read(_ chunk: Slice<UnsafeRawBufferPointer>, type: String) {
    var rest = chunk
    guard let keyword = Self.takeText(&rest), [Self.xmpKeyword, Self.exifKeyword].contains(keyword),
      let text = Self.content(&rest, type: type)
    else { return }
    if keyword == Self.xmpKeyword { xmp = text } else { exif = Self.profile(text) }
  }

  /// The bytes up to a NUL, which is skipped.
  private static func takeText(_ rest: inout Slice<UnsafeRawBufferPointer>) -> String? {
    guard let end = rest.firstIndex(of: 0) else { return nil }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private static func content(_ rest: inout Slice<UnsafeRawBufferPointer>, type: String) -> [UInt8]? {
    switch type {
    case "tEXt": return Array(rest)
    case "zTXt": return unpacked(rest.dropFirst())
    default:
      guard rest.count > 2, let flag = rest.first else { return nil }
      rest = rest.dropFirst(2)
      // A language, and the keyword in it.
      guard takeText(&rest) != nil, takeText(&rest) != nil else { return nil }
      return flag == 0 ? Array(rest) : unpacked(rest)
    }
  }

  /// The unpacked content of a zlib stream (RFC 1950), if it is not too much.
  private static func unpacked(_ stream: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
    // Its header has two bytes, and deflate data follow.
    guard stream.count > 2, let inflater = Inflater() else { return nil }
    let input = UnsafeRawBufferPointer(rebasing: stream.dropFirst(2))
    var text = [UInt8](repeating: 0, count: min(maximumByteCount, 1100 * stream.count))
    let progress = text.withUnsafeMutableBytes { inflater.inflate(input, into: $0) }
    guard let progress, progress.isFinished else { return nil }
    return Array(text.prefix(progress.produced))
  }

  /// The bytes of a profile in hexadecimal digits: an empty line, its name, its length, and lines of digits.
  private static func profile(_ text: [UInt8]) -> [UInt8] {
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).dropFirst(3)
    let digits = lines.joined().compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
