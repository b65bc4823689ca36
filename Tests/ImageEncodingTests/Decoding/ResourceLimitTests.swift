import Foundation
import ImageEncoding
import Testing

/// Small files that ask for much. Run under AddressSanitizer by `Tools/sanitize`.
@Suite("Decompression bombs")
struct ResourceLimitTests {
  /// Like `decode`, and fails where it takes two seconds.
  private func refusal(of bytes: [UInt8], _ decoder: ImageDecoder = ImageDecoder()) throws -> ImageDecodingError {
    let clock = ContinuousClock()
    let start = clock.now
    let error = try #require(throws: ImageDecodingError.self) { try decoder.decode(bytes, named: "bomb") }
    #expect(clock.now - start < .seconds(2))
    return error
  }

  private func tooMany(_ format: ImageFormat, _ width: Int, _ height: Int) -> ImageDecodingError {
    ImageDecodingError(
      file: "bomb", format: format, cause: .tooManyPixels(width: width, height: height, limit: 178_956_970))
  }

  @Test("a JPEG of 65,500 × 65,500 pixels is refused from its header")
  func hugeJPEG() throws {
    var bytes = try ImageFixtures.bytes("sampling-444.jpg")
    let frame = try #require(bytes.firstRange(of: [0xFF, 0xC0])?.lowerBound)
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(try refusal(of: bytes) == tooMany(.jpeg, 65500, 65500))
  }

  @Test("a PNG of 1,000,000 × 1,000,000 pixels is refused from its header")
  func hugePNG() throws {
    #expect(try refusal(of: png(width: 1_000_000, height: 1_000_000)) == tooMany(.png, 1_000_000, 1_000_000))
  }

  @Test("a PNG with a side of 2³¹ − 1 is refused by libpng's limit")
  func absurdPNG() throws {
    let error = try refusal(of: png(width: 0x7FFF_FFFF, height: 1))
    guard case .corrupt = error.cause else {
      Issue.record("\(error)")
      return
    }
  }

  @Test("an animated WebP of 2²⁴ × 2²⁴ pixels is refused from its header")
  func hugeWebP() throws {
    for size in [(0x00FF_FFFF, 0x00FF_FFFF), (0xFFFF, 0xFFFF)] {
      var bytes = try ImageFixtures.bytes("animated-part-alpha.webp")
      let sides = [size.0, size.1].flatMap { side in [0, 8, 16].map { UInt8(truncatingIfNeeded: side >> $0) } }
      bytes.replaceSubrange(24..<30, with: sides)
      let error = try refusal(of: bytes)
      // libwebp itself refuses canvases of 2³² pixels and more.
      let isExpected = error == tooMany(.webp, 0x10000, 0x10000) || error.cause == .corrupt("")
      #expect(isExpected, "\(error)")
    }
  }

  @Test("the pixel limit counts to the pixel")
  func limit() throws {
    var decoder = ImageDecoder()
    decoder.options.maximumPixels = 45 * 31
    let bytes = try ImageFixtures.bytes("lossless.webp")
    #expect(try decoder.decode(bytes, named: "bomb").image.width == 45)
    decoder.options.maximumPixels -= 1
    #expect(try refusal(of: bytes, decoder).cause == .tooManyPixels(width: 45, height: 31, limit: 45 * 31 - 1))
  }

  @Test("a progressive JPEG of ten thousand scans is refused")
  func manyScans() throws {
    let bytes = try ImageFixtures.bytes("progressive.jpg")
    let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    let (last, end) = (try #require(scans.last), bytes.count - 2)
    let bomb = Array(bytes[..<end] + (0..<10_000).flatMap { _ in bytes[last..<end] } + bytes[end...])
    // Strictly, refining twice what is already exact is damage; tolerantly, only the limit ends it.
    _ = try refusal(of: bomb)
    var decoder = ImageDecoder()
    decoder.options.allowTruncated = true
    #expect(try refusal(of: bomb, decoder).cause == .tooManyScans(limit: 100))
    // A larger image may have fewer.
    decoder.options.maximumScannedPixels = 45 * 31 * 40
    #expect(try refusal(of: bomb, decoder).cause == .tooManyScans(limit: 40))
    decoder.options.maximumScannedPixels = 1
    #expect(try refusal(of: bomb, decoder).cause == .tooManyScans(limit: 16))
  }

  @Test("the limit of scans is not met by a JPEG as encoders write it, and counts to the scan")
  func fewScans() throws {
    let bytes = try ImageFixtures.bytes("progressive.jpg")
    let count = bytes.indices.dropLast().count { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    var decoder = ImageDecoder()
    decoder.options.maximumScans = count
    #expect(try decoder.decode(bytes, named: "bomb").image.width == 45)
    decoder.options.maximumScans = count - 1
    #expect(try refusal(of: bytes, decoder).cause == .tooManyScans(limit: count - 1))
  }

  @Test("a PNG's text that unpacks to gigabytes is skipped, as are ten thousand chunks")
  func chunks() throws {
    let bytes = try ImageFixtures.bytes("rgb-8.png")
    // zlib data claiming much is never looked at; a false checksum in a chunk that is skipped does no harm.
    let text = Array("zTXt".utf8) + Array("Comment\0\0".utf8) + [0x78, 0xDA] + Array(repeating: 0xFF, count: 100)
    let chunk = bigEndian(UInt32(text.count - 4)) + text + bigEndian(crc32(text))
    let padded = bytes[..<33] + (0..<10_000).flatMap { _ in chunk } + bytes[33...]
    let plain = try ImageDecoder().decode(bytes, named: "plain")
    #expect(try ImageDecoder().decode(Array(padded), named: "padded").image == plain.image)
  }

  @Test("a PNG whose data unpack to more than its size stops at its size")
  func overfullPNG() throws {
    let bytes = try ImageFixtures.bytes("rgb-8.png")
    var short = bytes
    short.replaceSubrange(20..<24, with: [0, 0, 0, 3])  // 3 rows instead of 17
    short.replaceSubrange(29..<33, with: bigEndian(crc32(short[12..<29])))
    let outcome = Result { () throws(ImageDecodingError) in try ImageDecoder().decode(short, named: "bomb") }
    if case .success(let decoded) = outcome { #expect(decoded.image.height == 3) }
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  /// A PNG of 1-bit grey that claims a size.
  private func png(width: UInt32, height: UInt32) -> [UInt8] {
    func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
      bigEndian(UInt32(data.count)) + kind.utf8 + data + bigEndian(crc32(Array(kind.utf8) + data))
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", bigEndian(width) + bigEndian(height) + [1, 0, 0, 0, 0]) + chunk("IDAT", [0x78, 0xDA, 3, 0])
      + chunk("IEND", [])
  }
}
