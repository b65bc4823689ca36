import Foundation
import ImageEncoding
import TestSupport
import Testing

@Suite("Thumbnails")
struct ThumbnailTests {
  @Test(
    "the longest edge is as asked, and proportions stay",
    arguments: [
      (ImageSize(width: 640, height: 480), ImageSize(width: 240, height: 180)),
      (ImageSize(width: 427, height: 640), ImageSize(width: 160, height: 240)),
      (ImageSize(width: 500, height: 500), ImageSize(width: 240, height: 240)),
      (ImageSize(width: 2000, height: 1), ImageSize(width: 240, height: 1)),
    ])
  func sizes(_ size: ImageSize, _ expected: ImageSize) {
    #expect(ImageFixtures.patterned(width: size.width, height: size.height).thumbnail().size == expected)
  }

  @Test("a small image is left as it is")
  func small() {
    let image = ImageFixtures.patterned(width: 240, height: 100)
    #expect(image.thumbnail() == image)
    #expect(image.thumbnail(longestEdge: 120).size == ImageSize(width: 120, height: 50))
  }

  @Test("thumbnails of photos take some 8 kB")
  func byteCounts() throws {
    let names = ["astronaut.jpg", "chelsea.png", "coffee.jpg", "dog.webp", "harrier.jpg", "rocket.jpg", "two-dogs.jpg"]
    let counts = try names.map { name in
      let path = Fixture.url("images/\(name)").path(percentEncoded: false)
      return try ImageDecoder().decode(path: path).image.thumbnail().jpeg().count
    }
    let mean = counts.reduce(0, +) / counts.count
    #expect(mean > 4000 && mean < 10_000, "\(counts)")
    #expect(counts.allSatisfy { $0 < 14_000 }, "\(counts)")
  }
}
