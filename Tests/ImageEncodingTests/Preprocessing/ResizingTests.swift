import ImageEncoding
import Testing

@Suite("Resampling against Pillow")
struct ResizingTests {
  @Test("every filter gives Pillow's bytes, shrinking, enlarging and with a side kept")
  func noise() throws {
    let fixtures = try ImageFixtures.load().resampling
    let source = RGBImage(
      width: fixtures.width, height: fixtures.height, pixels: try ImageFixtures.bytes("resampling-source.rgb"))
    var expected = try ImageFixtures.bytes("resampling-expected.rgb")[...]
    #expect(Set(fixtures.resized.map(\.filter)) == Set(ResamplingFilter.allCases))
    for entry in fixtures.resized {
      let pixels = source.resized(width: entry.width, height: entry.height, filter: entry.filter).pixels
      let isEqual = pixels.elementsEqual(expected.prefix(pixels.count))
      #expect(isEqual, "\(entry.filter) to \(entry.width)×\(entry.height)")
      expected = expected.dropFirst(pixels.count)
    }
    #expect(expected.isEmpty)
  }

  @Test("long sides give Pillow's bytes", arguments: ImageFixtures.all?.largeResampling ?? [])
  func large(_ fixture: ImageFixtures.LargeResampling) {
    let source = ImageFixtures.patterned(width: fixture.sourceWidth, height: fixture.sourceHeight)
    let resized = source.resized(width: fixture.width, height: fixture.height, filter: fixture.filter)
    #expect(crc32(resized.pixels) == fixture.crc32)
  }

  @Test("an image of the wanted size is unchanged", arguments: ResamplingFilter.allCases)
  func same(_ filter: ResamplingFilter) {
    let source = ImageFixtures.patterned(width: 19, height: 7)
    #expect(source.resized(width: 19, height: 7, filter: filter) == source)
  }

  @Test("one colour stays that colour", arguments: ResamplingFilter.allCases)
  func flat(_ filter: ResamplingFilter) {
    let source = RGBImage(width: 33, height: 21, pixels: Array(repeating: 201, count: 33 * 21 * 3))
    #expect(source.resized(width: 50, height: 9, filter: filter).pixels.allSatisfy { $0 == 201 })
  }
}
