import ImageEncoding
import TestSupport
import Testing

@Suite("Variants of JPEG and PNG that are not decoded")
struct ForeignVariantTests {
  private func error(_ bytes: [UInt8]) throws -> ImageDecodingError {
    try #require(throws: ImageDecodingError.self) { try ImageDecoder().decode(bytes, named: "image") }
  }

  @Test("JPEG-LS is named, and not called damaged")
  func jpegLS() throws {
    var bytes = try ImageFixtures.bytes("rgb.jpg")
    let frame = try #require(zip(bytes, bytes.dropFirst()).enumerated().first { $0.element == (0xFF, 0xC0) }?.offset)
    bytes[frame + 1] = 0xF7
    let error = try error(bytes)
    #expect(error.cause == .unsupported("JPEG-LS"))
    #expect(error.description.hasSuffix("(JPEG-LS); re-encode it as plain JPEG or PNG"))
  }

  @Test("Apple's CgBI is named, and not called damaged")
  func cgBI() throws {
    let bytes = try ImageFixtures.bytes("rgb-8.png")
    let chunk: [UInt8] = [0, 0, 0, 4] + Array("CgBI".utf8) + [0x50, 0, 0x20, 2, 0x2B, 0xD5, 0xB3, 0x7F]
    let error = try error(Array(bytes[..<8]) + chunk + bytes[8...])
    guard case .unsupported(let reason) = error.cause else {
      Issue.record("\(error)")
      return
    }
    #expect(reason.contains("CgBI") && reason.contains("pngcrush"))
  }
}
