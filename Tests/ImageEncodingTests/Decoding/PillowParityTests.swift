import ImageEncoding
import Testing

@Suite("Decoding against Pillow")
struct PillowParityTests {
  @Test("all the fixtures are there")
  func fixtures() throws {
    #expect(try ImageFixtures.load().decoding.count == 82)
  }

  @Test("pixels equal Pillow's, JPEG's to one step", arguments: ImageFixtures.all?.decoding ?? [])
  func pixels(_ fixture: ImageFixtures.Decoding) throws {
    var options = ImageDecoder.Options()
    if let color = fixture.background { options.background = RGBColor(red: color[0], green: color[1], blue: color[2]) }
    let decoded = try ImageDecoder(options: options).decode(fixture.bytes, named: fixture.file)
    #expect(decoded.image.size == fixture.size)
    #expect(decoded.originalSize == fixture.size)
    #expect(decoded.warnings.isEmpty)
    let expected = try #require(try ImageFixtures.expectedPixels()[fixture.file])
    let difference = zip(decoded.image.pixels, expected).map { abs(Int($0) - Int($1)) }.max()
    // libjpeg-turbo and libwebp promise no bits across versions and vector units for lossy files; one step is rounding.
    let isLossy = fixture.file.hasSuffix(".jpg")
    #expect(try #require(difference) <= (isLossy ? 1 : 0))
  }

  @Test("the header gives format, upright size and orientation", arguments: ImageFixtures.all?.decoding ?? [])
  func header(_ fixture: ImageFixtures.Decoding) throws {
    let header = try ImageDecoder().header(fixture.bytes, named: fixture.file)
    #expect(header.size == fixture.size)
    #expect(header.orientation.rawValue == fixture.orientation)
    let suffix = fixture.file.split(separator: ".").last.map(String.init)
    #expect(suffix == (header.format == .jpeg ? "jpg" : header.format.rawValue))
  }
}
