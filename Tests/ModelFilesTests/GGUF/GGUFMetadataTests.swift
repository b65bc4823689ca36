import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("GGUF metadata")
struct GGUFMetadataTests {
  private let path = Fixture.url("gguf/metadata.gguf").path

  private func metadata() throws -> GGUFMetadata { try GGUFFile(path: path).metadata }

  static let integers: [(String, Int)] = [
    ("uint8", 255), ("int8", -128), ("uint16", 65_535), ("int16", -32_768), ("uint32", 4_294_967_295),
    ("int32", -2_147_483_648), ("int64", .min),
  ]

  @Test("Integers of every width come with their sign, alone and in arrays", arguments: integers)
  func integer(type: String, value: Int) throws {
    let metadata = try metadata()
    #expect(try metadata.integer("test.\(type)") == value)
    #expect(try metadata.integers("test.array.\(type)") == [0, 1, value])
  }

  @Test("An integer beyond 63 bits is refused rather than cut")
  func tooLarge() throws {
    let metadata = try metadata()
    #expect(throws: ModelFileError.invalidValue(path: path, key: "test.uint64", problem: "is too large")) {
      try metadata.integer("test.uint64")
    }
    #expect(throws: ModelFileError.self) { try metadata.integers("test.array.uint64") }
  }

  @Test("Floats, truth values and text come as written")
  func scalars() throws {
    let metadata = try metadata()
    #expect(try metadata.float("test.float32") == Double(Float(0.1)))
    #expect(try metadata.float("test.float64") == 0.1)
    #expect(try metadata.bool("test.bool"))
    #expect(try metadata.string("test.string") == "naïve 日本")
    #expect(try metadata.floats("test.array.float32") == [0.5, -1.25])
    #expect(try metadata.floats("test.array.float64") == [0.5, -1.25])
    #expect(try metadata.bools("test.array.bool") == [true, false, true])
  }

  @Test("Strings of an array are bytes, also where those are no UTF-8")
  func strings() throws {
    let strings = try metadata().strings("test.array.string")
    let bytes = strings.map { string in withExtendedLifetime(string) { Array(string.buffer) } }
    #expect(bytes == [[0x61], [], [0xff, 0xfe], [0xc3, 0xa9]])
    #expect((0..<4).map { strings.string(at: $0) } == ["a", "", nil, "é"])
    var collected: [[UInt8]] = []
    strings.forEachBuffer { index, buffer in
      #expect(index == collected.count)
      collected.append(Array(buffer))
    }
    #expect(collected == bytes)
  }

  @Test("Arrays nest")
  func nested() throws {
    let arrays = try #require(try metadata().array("test.array.array").arrays())
    #expect(arrays.map { $0.integers() } == [[1, 2], [3], [4, 5, 6]])
  }

  @Test("A missing key is an error, or nil where that is asked for")
  func missing() throws {
    let metadata = try metadata()
    #expect(throws: ModelFileError.missingValue(path: path, key: "none")) { try metadata.string("none") }
    #expect(throws: ModelFileError.missingValue(path: path, key: "none")) { try metadata.strings("none") }
    #expect(try metadata.integerIfPresent("none") == nil)
    #expect(!metadata.contains("none"))
  }

  @Test("A value of another type is an error that names both")
  func otherType() throws {
    let metadata = try metadata()
    #expect(
      throws: ModelFileError.invalidValue(path: path, key: "test.string", problem: "is no integer, but of type string")
    ) {
      try metadata.integer("test.string")
    }
    #expect(throws: ModelFileError.self) { try metadata.float("test.uint8") }
    #expect(throws: ModelFileError.self) { try metadata.strings("test.array.bool") }
    #expect(throws: ModelFileError.self) { try metadata.array("test.bool") }
  }

  @Test("Text that is no UTF-8 is refused when it is asked for")
  func invalidText() throws {
    let value = Bytes().appending(little: UInt64(2)).appending([0xc3, 0x28])
    try GGUFBytes(pairs: [GGUFBytes.pair("a", 8, value)]).file.withFile { path in
      let metadata = try GGUFFile(path: path).metadata
      #expect(throws: ModelFileError.invalidValue(path: path, key: "a", problem: "is not valid UTF-8")) {
        try metadata.string("a")
      }
    }
  }
}
