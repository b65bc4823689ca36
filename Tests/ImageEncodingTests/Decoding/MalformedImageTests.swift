import ImageEncoding
import TestSupport
import Testing

/// Hostile and broken bytes, made from the small valid fixtures. Run under AddressSanitizer by `Tools/sanitize`.
@Suite("Malformed images")
struct MalformedImageTests {
  static let seeds = [
    "exif-6.jpg", "sampling-420.jpg", "progressive.jpg", "arithmetic.jpg", "arithmetic-progressive.jpg", "restart.jpg",
    "cmyk.jpg", "grey.jpg", "palette-alpha-4.png", "rgb-8-interlaced.png", "rgba-16.png", "exif-after.png",
    "grey-1.png", "lossy.webp", "lossless-alpha.webp", "lossy-alpha.webp", "exif.webp", "animated-alpha.webp",
  ]

  static let tolerant: ImageDecoder = {
    var options = ImageDecoder.Options()
    options.allowTruncated = true
    return ImageDecoder(options: options)
  }()

  /// Decodes; any error other than `ImageDecodingError` would not compile.
  private func outcome(_ bytes: [UInt8], _ decoder: ImageDecoder = ImageDecoder()) -> Result<
    DecodedImage, ImageDecodingError
  > {
    Result { () throws(ImageDecodingError) in try decoder.decode(bytes, named: "broken") }
  }

  @Test("a file cut short anywhere is refused, if only its end marker is missing", arguments: seeds)
  func truncations(_ name: String) throws {
    let bytes = try ImageFixtures.bytes(name)
    for length in 0..<bytes.count {
      guard case .failure(let error) = outcome(Array(bytes[..<length])) else {
        Issue.record("\(length) of \(bytes.count) bytes were decoded")
        continue
      }
      #expect(error.file == "broken")
      let isNearEnd = length > bytes.count - 80 && error.cause == .endMissing
      #expect(
        isNearEnd || [.truncated, .empty, .notAnImage].contains(error.cause),
        "\(length) of \(bytes.count) bytes: \(error)")
    }
  }

  @Test(
    "a file that lacks only its end marker is named so, and allowTruncated gives all of its pixels",
    arguments: [("rgb.jpg", 2), ("restart.jpg", 2), ("cmyk.jpg", 1), ("rgb-8-interlaced.png", 12), ("grey-1.png", 3)])
  func endMissing(_ name: String, _ lacking: Int) throws {
    let bytes = try ImageFixtures.bytes(name)
    let broken = Array(bytes.dropLast(lacking))
    guard case .failure(let error) = outcome(broken) else {
      Issue.record("it was decoded")
      return
    }
    #expect(error.cause == .endMissing)
    #expect(error.remedy.contains("--allow-truncated"))
    let kept = try Self.tolerant.decode(broken, named: "broken")
    #expect(kept.image == (try ImageDecoder().decode(bytes, named: name).image))
    #expect(kept.warnings.count == 1)
  }

  @Test("a progressive or arithmetic file may lack pixels where it ends, and is called truncated")
  func progressiveEnd() throws {
    for name in ["progressive.jpg", "arithmetic.jpg"] {
      guard case .failure(let error) = outcome(Array(try ImageFixtures.bytes(name).dropLast(2))) else {
        Issue.record("\(name) was decoded")
        continue
      }
      #expect(error.cause == .truncated)
    }
  }

  @Test(
    "with allowTruncated, a file cut short in its pixels gives an image of its size and a warning", arguments: seeds)
  func keptTruncations(_ name: String) throws {
    let bytes = try ImageFixtures.bytes(name)
    let whole = try ImageDecoder().decode(bytes, named: name)
    var warned = 0
    for length in stride(from: 0, to: bytes.count, by: 7) {
      guard case .success(let decoded) = outcome(Array(bytes[..<length]), Self.tolerant) else { continue }
      #expect(decoded.originalSize.width * decoded.originalSize.height == whole.image.width * whole.image.height)
      if !decoded.warnings.isEmpty { warned += 1 }
    }
    #expect(warned > 0)
  }

  @Test(
    "with allowTruncated, the rows that are there are those of the whole file",
    arguments: ["sampling-444.jpg", "rgb-8.png", "rgba-8.png", "lossy.webp", "lossless.webp", "animated.webp"])
  func keptRows(_ name: String) throws {
    let bytes = try ImageFixtures.bytes(name)
    let whole = try ImageDecoder().decode(bytes, named: name).image
    let decoded = try Self.tolerant.decode(Array(bytes.prefix(bytes.count * 9 / 10)), named: "broken")
    #expect(decoded.warnings.count == 1)
    // libwebp holds back the last rows that it has; a quarter of the image is there in any case.
    let count = whole.height / 4 * whole.width * 3
    #expect(Array(decoded.image.pixels.prefix(count)) == Array(whole.pixels.prefix(count)))
  }

  @Test("flipped bits end in an image or a typed error, strictly and tolerantly", arguments: seeds)
  func bitFlips(_ name: String) throws {
    let bytes = try ImageFixtures.bytes(name)
    var generator = SplitMix(seed: 42)
    // A limit that flipped dimensions meet: the time of decoding noise of 16-bit sides is not what is tested.
    var (strict, tolerant) = (ImageDecoder(), Self.tolerant)
    strict.options.maximumPixels = 1 << 20
    tolerant.options.maximumPixels = 1 << 20
    for round in 0..<150 {
      var broken = bytes
      for _ in 0...(round % 4) {
        broken[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      for decoder in [strict, tolerant] {
        expectSound(outcome(broken, decoder), maximumPixels: 1 << 20)
      }
    }
  }

  /// An image within the limit, or an error that names the file and a remedy.
  private func expectSound(_ outcome: Result<DecodedImage, ImageDecodingError>, maximumPixels: Int) {
    switch outcome {
    case .success(let decoded): #expect(decoded.image.width * decoded.image.height <= maximumPixels)
    case .failure(let error): #expect(error.description.contains("broken") && !error.remedy.isEmpty)
    }
  }

  @Test("noise behind a valid start ends in a typed error or an image", arguments: seeds)
  func noise(_ name: String) throws {
    let bytes = try ImageFixtures.bytes(name)
    var generator = SplitMix(seed: 7)
    var decoder = Self.tolerant
    decoder.options.maximumPixels = 1 << 20
    for keep in stride(from: 2, to: bytes.count, by: max(bytes.count / 40, 1)) {
      let tail = (keep..<bytes.count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      expectSound(outcome(bytes[..<keep] + tail, decoder), maximumPixels: 1 << 20)
      expectSound(outcome(bytes[..<keep] + tail), maximumPixels: ImageDecoder.Options().maximumPixels)
    }
  }

  @Test("any bytes behind a PNG's or WebP's signature, and none, are refused")
  func foreign() throws {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let webp = Array("RIFF".utf8) + [0xFF, 0xFF, 0xFF, 0xFF] + Array("WEBP".utf8)
    for start in [png, webp, [0xFF, 0xD8, 0xFF]] {
      for filler in [UInt8(0), 0xFF, 0x41] {
        guard case .failure = outcome(start + Array(repeating: filler, count: 4000), Self.tolerant) else {
          Issue.record("\(start) with \(filler) was decoded")
          continue
        }
      }
    }
    #expect(throws: ImageDecodingError(file: "broken", cause: .empty)) { try outcome([]).get() }
    #expect(throws: ImageDecodingError(file: "broken", cause: .notAnImage)) { try outcome([1, 2, 3]).get() }
  }
}
