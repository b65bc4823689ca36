import TestSupport
import Testing
import Training

@Suite("Sample photos")
struct SamplePhotoTests {
  @Test(
    "a photo becomes an address that holds it",
    arguments: [
      ("images/coffee.jpg", "image/jpeg"), ("images/chelsea.png", "image/png"), ("images/dog.webp", "image/webp"),
    ]
  )
  func formats(path: String, type: String) throws {
    let bytes = Array(try Fixture.data(path))
    let uri = try #require(photo(bytes).dataURI)
    #expect(uri.hasPrefix("data:\(type);base64,"))
    #expect(uri.utf8.count == "data:\(type);base64,".utf8.count + (bytes.count + 2) / 3 * 4)
  }

  @Test("the address is base64")
  func base64() {
    #expect(photo([0xFF, 0xD8, 0xFF, 0xE0]).dataURI == "data:image/jpeg;base64,/9j/4A==")
  }

  @Test("what is none of the formats, or too large, has no address")
  func refused() {
    #expect(photo([]).dataURI == nil)
    #expect(photo(Array("RIFF1234WAVE".utf8)).dataURI == nil)
    #expect(photo(Array("<svg onload='x'/>".utf8)).dataURI == nil)
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF]
    let zeros = [UInt8](repeating: 0, count: SamplePhoto.maximumByteCount - 3)
    #expect(photo(jpeg + zeros).dataURI != nil)
    #expect(photo(jpeg + zeros + [0]).dataURI == nil)
  }

  private func photo(_ bytes: [UInt8]) -> SamplePhoto { SamplePhoto(name: "x", imageBytes: bytes, references: []) }
}
