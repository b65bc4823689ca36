import ImageEncoding
import Testing

/// `large.jpg` is 640 × 420 as stored and 420 × 640 upright.
@Suite("Decoding options")
struct ImageDecoderTests {
  private func decoded(target: ImageSize?, exact: Bool = false) throws -> DecodedImage {
    var options = ImageDecoder.Options()
    options.exactDecode = exact
    return try ImageDecoder(options: options).decode(ImageFixtures.bytes("large.jpg"), named: "large", target: target)
  }

  @Test(
    "a JPEG is decoded at the smallest scale that leaves 1.5 times the target both ways, upright",
    arguments: [
      (ImageSize(width: 34, height: 34), 8),  // 52 × 80 at an eighth, 51 wanted
      (ImageSize(width: 35, height: 35), 4),
      (ImageSize(width: 34, height: 53), 8),
      (ImageSize(width: 34, height: 54), 4),  // 81 of 80
      (ImageSize(width: 70, height: 106), 4),
      (ImageSize(width: 70, height: 107), 2),
      (ImageSize(width: 140, height: 140), 2),
      (ImageSize(width: 224, height: 224), 1),
    ])
  func scale(_ target: ImageSize, _ denominator: Int) throws {
    let result = try decoded(target: target)
    #expect(result.originalSize == ImageSize(width: 420, height: 640))
    #expect(result.image.width == (420 + denominator - 1) / denominator)
    #expect(result.image.height == (640 + denominator - 1) / denominator)
  }

  @Test("exactDecode and a missing target keep the full size")
  func exact() throws {
    let small = ImageSize(width: 28, height: 28)
    #expect(try decoded(target: small, exact: true).image.size == ImageSize(width: 420, height: 640))
    #expect(try decoded(target: nil).image == decoded(target: small, exact: true).image)
  }

  @Test("reduced scales give the pixels of Pillow's draft mode, to one step", arguments: [(34, 8), (35, 4)])
  func draft(_ side: Int, _ denominator: Int) throws {
    let pixels = try decoded(target: ImageSize(width: side, height: side)).image.pixels
    let expected = try ImageFixtures.bytes("large-\(denominator).rgb")
    #expect(pixels.count == expected.count)
    let difference = zip(pixels, expected).map { abs(Int($0) - Int($1)) }.max()
    #expect(try #require(difference) <= 1)
  }

  @Test("a target can depend on the image's upright size")
  func dependentTarget() throws {
    let preprocessor = ImagePreprocessor(size: ImageSize(width: 35, height: 35), mode: .longestEdgePad)
    let bytes = try ImageFixtures.bytes("large.jpg")
    // 23 × 35 wanted: an eighth leaves enough, where the squash to 35 × 35 needs a quarter.
    let padded = try ImageDecoder().decode(bytes, named: "large", targetFor: preprocessor.scaledSize)
    #expect(padded.image.size == ImageSize(width: 53, height: 80))
  }

  @Test("transparency shows the background")
  func background() throws {
    let bytes = try ImageFixtures.bytes("animated-part-alpha.webp")
    var options = ImageDecoder.Options()
    for color in [RGBColor.white, RGBColor(red: 1, green: 2, blue: 3)] {
      options.background = color
      let corner = try ImageDecoder(options: options).decode(bytes, named: "corner").image.pixels.prefix(3)
      #expect(Array(corner) == [color.red, color.green, color.blue])
    }
  }

  @Test("formats other than JPEG ignore the target")
  func otherFormats() throws {
    for name in ["lossy.webp", "rgb-8.png"] {
      let bytes = try ImageFixtures.bytes(name)
      let small = try ImageDecoder().decode(bytes, named: name, target: ImageSize(width: 1, height: 1))
      #expect(try small.image == ImageDecoder().decode(bytes, named: name).image)
    }
  }
}
