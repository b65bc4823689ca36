import ImageEncoding
import Testing

@Suite("EXIF orientation")
struct EXIFOrientationTests {
  /// A little-endian TIFF structure with a first directory of these entries.
  private func tiff(_ entries: [[UInt8]], count: UInt8? = nil) -> [UInt8] {
    [0x49, 0x49, 42, 0, 8, 0, 0, 0, count ?? UInt8(entries.count), 0] + entries.joined() + [0, 0, 0, 0]
  }

  private func entry(tag: UInt16 = 0x0112, type: UInt8 = 3, value: UInt8) -> [UInt8] {
    [UInt8(tag & 0xFF), UInt8(tag >> 8), type, 0, 1, 0, 0, 0, value, 0, 0, 0]
  }

  private func orientation(_ bytes: [UInt8]) -> EXIFOrientation {
    bytes.withUnsafeBytes { EXIFOrientation(exif: $0) }
  }

  @Test("the tag is found behind others, in either byte order, with or without the Exif prefix")
  func found() {
    let little = tiff([entry(tag: 0x010F, value: 1), entry(value: 6)])
    #expect(orientation(little) == .rotatedQuarterClockwise)
    #expect(orientation(Array("Exif\0\0".utf8) + little) == .rotatedQuarterClockwise)
    let big: [UInt8] =
      [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1] + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0] + [0, 0, 0, 0]
    #expect(orientation(big) == .rotatedQuarterCounterClockwise)
  }

  @Test("whole numbers of any size of their own are read, as Pillow reads them", arguments: [UInt8(3), 4, 8, 9, 13])
  func types(type: UInt8) {
    #expect(orientation(tiff([entry(type: type, value: 6)])) == .rotatedQuarterClockwise)
  }

  @Test(
    "values out of range, other types and an absent tag leave the image as it is",
    arguments: [UInt8(0), 9, 255])
  func outOfRange(_ value: UInt8) {
    #expect(orientation(tiff([entry(value: value)])) == .upright)
    #expect(orientation(tiff([entry(type: 1, value: 6)])) == .upright)
    #expect(orientation(tiff([entry(tag: 0x010F, value: 6)])) == .upright)
  }

  @Test("every cut and every damaged byte of the structure is read within its bounds")
  func malformed() {
    let whole = tiff([entry(tag: 0x010F, value: 1), entry(value: 6)])
    for length in 0..<whole.count {
      let isWholeTag = length >= 8 + 2 + 12 + 10
      #expect(orientation(Array(whole[..<length])) == (isWholeTag ? .rotatedQuarterClockwise : .upright))
    }
    for index in whole.indices {
      for value in [UInt8(0), 0x7F, 0x80, 0xFF] {
        var bytes = whole
        bytes[index] = value
        _ = orientation(bytes)
      }
    }
    #expect(orientation(tiff([entry(tag: 0x010F, value: 1)], count: 255)) == .upright)
  }

  @Test("each orientation moves the corners where EXIF says", arguments: EXIFOrientation.allCases)
  func corners(_ orientation: EXIFOrientation) {
    // A B C
    // D E F
    let letters = Array("ABCDEF".utf8)
    let source = RGBImage(width: 3, height: 2, pixels: letters.flatMap { [$0, $0, $0] })
    let turned = source.oriented(orientation)
    let expected =
      switch orientation {
      case .upright: "ABC DEF"
      case .mirroredHorizontally: "CBA FED"
      case .rotatedHalf: "FED CBA"
      case .mirroredVertically: "DEF ABC"
      case .transposed: "AD BE CF"
      case .rotatedQuarterClockwise: "DA EB FC"
      case .transversed: "FC EB DA"
      case .rotatedQuarterCounterClockwise: "CF BE AD"
      }
    let rows = stride(from: 0, to: turned.pixels.count, by: 3 * turned.width).map { start in
      String(
        decoding: stride(from: start, to: start + 3 * turned.width, by: 3).map { turned.pixels[$0] }, as: UTF8.self)
    }
    #expect(rows.joined(separator: " ") == expected)
  }

  @Test("turning there and back gives the same image, beyond one block")
  func inverse() {
    let source = ImageFixtures.patterned(width: 77, height: 45)
    #expect(source.oriented(.rotatedQuarterClockwise).oriented(.rotatedQuarterCounterClockwise) == source)
    #expect(source.oriented(.transversed).oriented(.transversed) == source)
    #expect(source.oriented(.rotatedHalf) == source.oriented(.mirroredVertically).oriented(.mirroredHorizontally))
  }
}
