import Foundation
import ImageEncoding
import Tensors
import Testing

@Suite("Preprocessing")
struct ImagePreprocessorTests {
  @Test("squash, shortest edge with crop, and longest edge with padding equal Pillow and transformers")
  func modes() throws {
    var expected = try ImageFixtures.bytes("preprocessing-expected.rgb")[...]
    let fixtures = try ImageFixtures.load().preprocessing
    #expect(Set(fixtures.map(\.mode)) == Set(ImagePreprocessor.ResizeMode.allCases))
    for entry in fixtures {
      let isPadded = entry.mode == .longestEdgePad
      let preprocessor = ImagePreprocessor(
        size: ImageSize(width: entry.width, height: entry.height), mode: entry.mode, shortestEdge: entry.shortestEdge,
        padColor: isPadded ? RGBColor(red: 12, green: 34, blue: 56) : .black)
      let source = ImageFixtures.patterned(width: entry.sourceWidth, height: entry.sourceHeight)
      let pixels = preprocessor.resized(source).pixels
      let isEqual = pixels.elementsEqual(expected.prefix(pixels.count))
      #expect(isEqual, "\(entry)")
      expected = expected.dropFirst(pixels.count)
    }
    #expect(expected.isEmpty)
  }

  @Test("every byte is normalised to the float that transformers computes")
  func normalisation() throws {
    let pixels = (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 3) }
    let tensor = ImagePreprocessor(size: ImageSize(width: 256, height: 1))(
      RGBImage(width: 256, height: 1, pixels: pixels))
    #expect(tensor.shape == [3, 1, 256])
    let expected = try ImageFixtures.bytes("normalised.f32").withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    for channel in 0..<3 {
      for byte in 0..<256 {
        #expect(tensor.values[channel * 256 + byte] == expected[byte * 3 + channel])
      }
    }
  }

  @Test("planes are red, green, blue, each row by row")
  func layout() {
    let preprocessor = ImagePreprocessor(
      size: ImageSize(width: 2, height: 2), rescaleFactor: 1, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
    let tensor = preprocessor(RGBImage(width: 2, height: 2, pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]))
    #expect(tensor.shape == [3, 2, 2])
    #expect(tensor.values == [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12])
  }

  @Test("a strip a million pixels long is cropped without computing the rest")
  func extremeAspect() {
    let strip = RGBImage(width: 1, height: 1_000_000, pixels: Array(repeating: 77, count: 3_000_000))
    let preprocessor = ImagePreprocessor(size: ImageSize(width: 224, height: 224), mode: .shortestEdgeCenterCrop)
    #expect(preprocessor.scaledSize(of: strip.size) == ImageSize(width: 224, height: 224_000_000))
    #expect(preprocessor.resized(strip).pixels.allSatisfy { $0 == 77 })
  }

  @Test("settings survive JSON")
  func coding() throws {
    var preprocessor = ImagePreprocessor(
      size: ImageSize(width: 224, height: 196), mode: .shortestEdgeCenterCrop, shortestEdge: 256, filter: .lanczos,
      rescaleFactor: 0.5, mean: [1, 2, 3], standardDeviation: [4, 5, 6], padColor: .white)
    let copy = try JSONDecoder().decode(ImagePreprocessor.self, from: JSONEncoder().encode(preprocessor))
    #expect(copy == preprocessor)
    preprocessor.filter = .box
    #expect(copy != preprocessor)
  }

  @Test("absent settings take their defaults")
  func defaults() throws {
    let json = Data(#"{"width": 224, "height": 224}"#.utf8)
    let decoded = try JSONDecoder().decode(ImagePreprocessor.self, from: json)
    #expect(decoded == ImagePreprocessor(size: ImageSize(width: 224, height: 224)))
  }

  @Test(
    "settings that cannot work are refused",
    arguments: [
      #"{"width": 0, "height": 224}"#,
      #"{"width": 224, "height": 1000000}"#,
      #"{"width": 224, "height": 224, "shortestEdge": -1}"#,
      #"{"width": 224, "height": 224, "mean": [0, 0]}"#,
      #"{"width": 224, "height": 224, "standardDeviation": [1, 0, 1]}"#,
      #"{"width": 224, "height": 224, "mode": "stretch"}"#,
      #"{"height": 224}"#,
    ])
  func invalid(_ json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ImagePreprocessor.self, from: Data(json.utf8))
    }
  }
}
