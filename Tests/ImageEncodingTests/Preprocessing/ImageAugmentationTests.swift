import ImageEncoding
import ModelFiles
import Testing

@Suite("Image augmentation")
struct ImageAugmentationTests {
  /// Red tells a pixel's column, green its row.
  private static let image = RGBImage(
    width: 200, height: 120,
    pixels: (0..<120).flatMap { row in (0..<200).flatMap { [UInt8($0), UInt8(row), 77] } })

  private static func content(_ number: Int) -> FileHash { FileHash.hash(of: Array("photo \(number)".utf8)) }

  private func changed(_ kinds: Set<ImageAugmentation.Kind>, variant: Int = 1, photo: Int = 0) -> RGBImage {
    ImageAugmentation(kinds, variant: variant)(Self.image, content: Self.content(photo))
  }

  @Test("a photo's variant is always the same, another variant and another photo's are others")
  func repeatable() {
    let kinds: Set<ImageAugmentation.Kind> = [.crop, .color, .flip]
    #expect(changed(kinds) == changed(kinds))
    #expect(changed(kinds) != changed(kinds, variant: 2))
    #expect(changed(kinds) != changed(kinds, photo: 1))
  }

  @Test("a crop is a part of 60 to 100 % of the photo, at most a third wider or narrower in proportion")
  func crop() {
    var widths: Set<Int> = []
    for variant in 1...300 {
      let part = changed([.crop], variant: variant)
      widths.insert(part.width)
      let area = Double(part.width * part.height) / (200 * 120)
      #expect(area > 0.59 && area <= 1, "\(part.size)")
      let ratio = Double(part.width) / Double(part.height) / (200.0 / 120)
      #expect(ratio > 0.74 && ratio < 1.35, "\(part.size)")
      let pixels = part.pixels
      let (left, top) = (Int(pixels[0]), Int(pixels[1]))
      let last = pixels.count - 3
      #expect(Int(pixels[last]) == left + part.width - 1 && Int(pixels[last + 1]) == top + part.height - 1)
    }
    #expect(widths.count > 50)
  }

  @Test("crop takes the same part with colours changed and without")
  func independent() {
    for variant in 1...10 {
      #expect(changed([.crop], variant: variant).size == changed([.crop, .color], variant: variant).size)
    }
  }

  @Test("about every other photo is mirrored")
  func flip() {
    let mirrored = Self.image.oriented(.mirroredHorizontally)
    let variants = (0..<400).map { changed([.flip], photo: $0) }
    #expect(variants.allSatisfy { $0 == mirrored || $0 == Self.image })
    // Of 400 throws of a coin: five standard deviations are 50.
    #expect(abs(variants.count { $0 == mirrored } - 200) < 50)
  }

  @Test("colour changes the light and leaves size and places")
  func color() {
    let variants = (1...20).map { changed([.color], variant: $0) }
    #expect(variants.allSatisfy { $0.size == Self.image.size && $0 != Self.image })
    #expect(Set(variants.map(\.pixels)).count == 20)
  }

  @Test("brightness scales, contrast draws towards the mean grey, saturation towards each pixel's own")
  func tones() {
    let image = RGBImage(width: 2, height: 1, pixels: [10, 20, 30, 200, 100, 50])
    #expect(image.toned(brightness: 1, contrast: 1, saturation: 1) == image)
    #expect(image.toned(brightness: 2, contrast: 1, saturation: 1).pixels == [20, 40, 60, 255, 200, 100])
    // Greys by 0.299, 0.587 and 0.114: 18.15 and 124.2.
    #expect(image.toned(brightness: 1, contrast: 1, saturation: 0).pixels == [18, 18, 18, 124, 124, 124])
    #expect(image.toned(brightness: 1, contrast: 0, saturation: 1).pixels == [71, 71, 71, 71, 71, 71])
  }
}
