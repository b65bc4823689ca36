import Foundation
import ImageEncoding
import TestSupport
import Testing

/// The orientation of files that have it elsewhere than in EXIF's usual place: what Pillow's `exif_transpose` applies.
@Suite("Orientation in XMP and in text chunks")
struct EmbeddedOrientationTests {
  private static func xmp(_ property: String) -> [UInt8] {
    Array("<x:xmpmeta><rdf:RDF><rdf:Description \(property)</rdf:Description></rdf:RDF></x:xmpmeta>".utf8)
  }

  private static let attribute = xmp("tiff:Orientation=\"6\">")
  private static let element = xmp("><tiff:Orientation>6</tiff:Orientation>")

  /// Big-endian EXIF with one entry.
  private static func exif(_ value: UInt8, tag: UInt8 = 0x12) -> [UInt8] {
    [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1] + [0x01, tag, 0, 3, 0, 0, 0, 1, 0, value, 0, 0] + [0, 0, 0, 0]
  }

  /// A JPEG with these APP1 segments before all others.
  private func jpeg(_ segments: [[UInt8]]) throws -> [UInt8] {
    let bytes = try ImageFixtures.bytes("rgb.jpg")
    let inserted = segments.flatMap { segment -> [UInt8] in
      [0xFF, 0xE1] + Self.bigEndian(UInt16(segment.count + 2)) + segment
    }
    return Array(bytes[..<2]) + inserted + bytes[2...]
  }

  private static func xmpSegment(_ xmp: [UInt8]) -> [UInt8] { Array("http://ns.adobe.com/xap/1.0/\0".utf8) + xmp }
  private static func exifSegment(_ exif: [UInt8]) -> [UInt8] { Array("Exif\0\0".utf8) + exif }

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  /// A PNG with a chunk behind its header, or behind its pixels.
  private func png(_ type: String, _ content: [UInt8], isLast: Bool = false) throws -> [UInt8] {
    let bytes = try ImageFixtures.bytes("rgb-8.png")
    let named = Array(type.utf8) + content
    let chunk = Self.bigEndian(UInt32(content.count)) + named + Self.bigEndian(crc32(named))
    let place = isLast ? bytes.count - 12 : 33
    return Array(bytes[..<place]) + chunk + bytes[place...]
  }

  /// A zlib stream of one stored block.
  private func packed(_ bytes: [UInt8]) -> [UInt8] {
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in bytes {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    let count = UInt16(bytes.count)
    let lengths = [UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8)]
    return [0x78, 0x01, 0x01] + lengths + bytes + Self.bigEndian(high << 16 | low)
  }

  /// ImageMagick's way to write EXIF.
  private func profile(_ exif: [UInt8]) -> [UInt8] {
    let bytes = Self.exifSegment(exif)
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return Array("\nexif\n      \(bytes.count)\n\(digits.prefix(20))\n\(digits.dropFirst(20))\n".utf8)
  }

  private func orientation(_ bytes: [UInt8]) throws -> EXIFOrientation {
    try ImageDecoder().header(bytes, named: "image").orientation
  }

  @Test("a JPEG is turned as its XMP says, attribute or element", arguments: [attribute, element])
  func jpegXMP(xmp: [UInt8]) throws {
    let plain = try ImageDecoder().decode(ImageFixtures.bytes("rgb.jpg"), named: "plain").image
    let turned = try ImageDecoder().decode(jpeg([Self.xmpSegment(xmp)]), named: "turned")
    #expect(turned.image == plain.oriented(.rotatedQuarterClockwise))
    #expect(turned.originalSize == ImageSize(width: plain.height, height: plain.width))
  }

  @Test("the tag of EXIF comes before XMP, also where it is out of range; EXIF without the tag does not")
  func exifFirst() throws {
    let xmp = Self.xmpSegment(Self.attribute)
    #expect(try orientation(jpeg([xmp, Self.exifSegment(Self.exif(3))])) == .rotatedHalf)
    #expect(try orientation(jpeg([Self.exifSegment(Self.exif(1)), xmp])) == .upright)
    #expect(try orientation(jpeg([Self.exifSegment(Self.exif(9)), xmp])) == .upright)
    #expect(try orientation(jpeg([Self.exifSegment(Self.exif(3, tag: 0x1A)), xmp])) == .rotatedQuarterClockwise)
  }

  @Test("XMP with no orientation, or none that there is, leaves the image as it is", arguments: ["0", "9", "x", ""])
  func noOrientation(value: String) throws {
    #expect(try orientation(jpeg([Self.xmpSegment(Self.xmp("tiff:Orientation=\"\(value)\">"))])) == .upright)
    #expect(try orientation(jpeg([Self.xmpSegment(Self.xmp("tiff:OrientationX=\"6\">"))])) == .upright)
    #expect(try orientation(jpeg([Self.xmpSegment(Array("tiff:Orientation=\"".utf8))])) == .upright)
  }

  @Test(
    "a PNG is turned as the XMP in its text says, packed or not, before or behind the pixels", arguments: [false, true])
  func pngXMP(isLast: Bool) throws {
    let keyword = Array("XML:com.adobe.xmp\0".utf8)
    let plain = keyword + [0, 0] + Array("en\0\0".utf8) + Self.attribute
    #expect(try orientation(png("iTXt", plain, isLast: isLast)) == .rotatedQuarterClockwise)
    let short = keyword + [1, 0, 0, 0] + packed(Self.element)
    #expect(try orientation(png("iTXt", short, isLast: isLast)) == .rotatedQuarterClockwise)
  }

  @Test("a PNG is turned as ImageMagick's profile of EXIF says, packed or not")
  func pngProfile() throws {
    let keyword = Array("Raw profile type exif\0".utf8)
    #expect(try orientation(png("tEXt", keyword + profile(Self.exif(8)))) == .rotatedQuarterCounterClockwise)
    #expect(try orientation(png("zTXt", keyword + [0] + packed(profile(Self.exif(5))))) == .transposed)
  }

  @Test("every cut of such a text is read within its bounds")
  func cutText() throws {
    let content = Array("XML:com.adobe.xmp\0".utf8) + [1, 0, 0, 0] + packed(Self.element)
    // But for the checksum, at its end, which nothing hangs on.
    for length in 0..<content.count - 4 { #expect(try orientation(png("iTXt", Array(content[..<length]))) == .upright) }
  }

  @Test("a WebP is turned as its XMP says")
  func webpXMP() throws {
    let bytes = try ImageFixtures.bytes("lossless.webp")
    let plain = try ImageDecoder().decode(bytes, named: "plain").image
    func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
      let count = withUnsafeBytes(of: UInt32(content.count).littleEndian) { Array($0) }
      return Array(name.utf8) + count + content + (content.count % 2 == 1 ? [0] : [])
    }
    let sides = [plain.width - 1, plain.height - 1].flatMap { side -> [UInt8] in
      [UInt8(side & 0xFF), UInt8(side >> 8), 0]
    }
    let body: [UInt8] =
      Array("WEBP".utf8) + chunk("VP8X", [4, 0, 0, 0] + sides) + bytes[12...] + chunk("XMP ", Self.attribute)
    let turned = try ImageDecoder().decode(chunk("RIFF", body), named: "turned").image
    #expect(turned == plain.oriented(.rotatedQuarterClockwise))
  }
}
