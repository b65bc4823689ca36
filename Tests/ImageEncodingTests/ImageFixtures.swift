import Foundation
import ImageEncoding
import TestSupport
import Testing

/// What `Fixtures/images-decoding/manifest.json` lists; SCHEMA.md beside it says what the keys mean.
struct ImageFixtures: Decodable {
  struct Decoding: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let width: Int
    let height: Int
    let orientation: Int
    let background: [UInt8]?

    var testDescription: String { file }
    var bytes: [UInt8] { get throws { try ImageFixtures.bytes(file) } }
    var size: ImageSize { ImageSize(width: width, height: height) }
  }

  struct Resampling: Decodable {
    struct Entry: Decodable {
      let filter: ResamplingFilter
      let width: Int
      let height: Int
    }
    let width: Int
    let height: Int
    let resized: [Entry]
  }

  struct LargeResampling: Decodable, Sendable, CustomTestStringConvertible {
    let sourceWidth: Int
    let sourceHeight: Int
    let filter: ResamplingFilter
    let width: Int
    let height: Int
    let crc32: UInt32

    var testDescription: String { "\(sourceWidth)×\(sourceHeight) to \(width)×\(height), \(filter)" }
  }

  struct Preprocessing: Decodable {
    let sourceWidth: Int
    let sourceHeight: Int
    let mode: ImagePreprocessor.ResizeMode
    let width: Int
    let height: Int
    let shortestEdge: Int?
  }

  let decoding: [Decoding]
  let resampling: Resampling
  let largeResampling: [LargeResampling]
  let preprocessing: [Preprocessing]

  static func load() throws -> ImageFixtures {
    try JSONDecoder().decode(ImageFixtures.self, from: Fixture.data("images-decoding/manifest.json"))
  }

  /// For `arguments:`; empty where the manifest is missing, which the tests then report themselves.
  static let all = try? load()

  static func bytes(_ file: String) throws -> [UInt8] { [UInt8](try Fixture.data("images-decoding/\(file)")) }

  /// What Pillow makes of every file of `decoding`.
  static func expectedPixels() throws -> [String: ArraySlice<UInt8>] {
    let all = try bytes("decoding-expected.rgb")
    var expected: [String: ArraySlice<UInt8>] = [:]
    var start = 0
    for entry in try load().decoding {
      let count = entry.width * entry.height * 3
      expected[entry.file] = all[start..<start + count]
      start += count
    }
    return expected
  }

  /// The image of a formula that the fixtures' script knows, too.
  static func patterned(width: Int, height: Int) -> RGBImage {
    RGBImage(
      width: width, height: height,
      pixels: (0..<UInt64(width * height * 3)).map { index in
        let square: UInt64 = index &* index &* 7
        return UInt8(truncatingIfNeeded: square &+ index &* 13 &+ (index >> 5) &* 101)
      })
  }
}

/// CRC-32 as zlib and PNG compute it.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    return value
  }
  var sum = ~UInt32(0)
  for byte in bytes { sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8) }
  return ~sum
}
