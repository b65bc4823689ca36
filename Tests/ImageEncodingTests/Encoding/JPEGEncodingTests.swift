import Foundation
import ImageEncoding
import TestSupport
import Testing

@Suite("JPEG encoding")
struct JPEGEncodingTests {
  private static func photo(_ name: String) throws -> RGBImage {
    try ImageDecoder().decode(path: Fixture.url("images/\(name)").path(percentEncoded: false)).image
  }

  private func decoded(_ bytes: [UInt8]) throws -> RGBImage {
    let decoded = try ImageDecoder().decode(bytes, named: "encoded")
    #expect(decoded.format == .jpeg)
    #expect(decoded.warnings.isEmpty)
    return decoded.image
  }

  /// The mean difference of two bytes in the same place.
  private func difference(_ left: RGBImage, _ right: RGBImage) -> Double {
    let sum = zip(left.pixels, right.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(left.pixels.count)
  }

  @Test("a photo is nearly itself after encoding and decoding", arguments: ["rocket.jpg", "chelsea.png", "dog.webp"])
  func roundTrip(_ name: String) throws {
    let photo = try Self.photo(name)
    let image = try decoded(photo.jpeg(quality: 90))
    #expect(image.size == photo.size)
    #expect(difference(image, photo) < 4)
  }

  @Test("a higher quality takes more bytes and comes closer")
  func quality() throws {
    let photo = try Self.photo("astronaut.jpg")
    let files = try [20, 50, 75, 95].map { try photo.jpeg(quality: $0) }
    #expect(files.map(\.count) == files.map(\.count).sorted())
    let differences = try files.map { difference(try decoded($0), photo) }
    #expect(differences == differences.sorted(by: >))
  }

  @Test("any size can be encoded", arguments: [(1, 1), (1, 37), (15, 17), (16, 16), (33, 2), (300, 1)])
  func sizes(_ width: Int, _ height: Int) throws {
    let image = ImageFixtures.patterned(width: width, height: height)
    for quality in [1, 75, 100] {
      #expect(try decoded(image.jpeg(quality: quality)).size == image.size)
    }
  }

  @Test("noise at the best quality, the longest of files, has room")
  func noise() throws {
    var generator = SplitMix(seed: 7)
    let image = RGBImage(
      width: 201, height: 77, pixels: (0..<201 * 77 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
    let file = try image.jpeg(quality: 100)
    #expect(file.count > 201 * 77)
    #expect(try decoded(file).size == image.size)
  }

  @Test("colours are stored at half the resolution")
  func sampling() throws {
    let file = try ImageFixtures.patterned(width: 40, height: 40).jpeg()
    // SOF0: length, precision, height, width, components; then number, sampling and table of each.
    let frame = try #require(file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
    #expect(file[frame + 9] == 3)
    #expect([11, 14, 17].map { file[frame + $0] } == [0x22, 0x11, 0x11])
  }

  @Test("sides longer than a JPEG's are refused by name")
  func tooLarge() {
    let image = RGBImage(width: 65_501, height: 1, pixels: [UInt8](repeating: 0, count: 65_501 * 3))
    #expect(throws: JPEGEncodingError.tooLarge(image.size)) { try image.jpeg() }
    #expect("\(JPEGEncodingError.tooLarge(image.size))".contains("65501×1 pixels"))
  }

  @Test("the longest side that a JPEG has is encoded")
  func longest() throws {
    let image = RGBImage(width: 65_500, height: 1, pixels: [UInt8](repeating: 90, count: 65_500 * 3))
    #expect(try decoded(image.jpeg()).size == image.size)
  }
}
