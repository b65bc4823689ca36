import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Malformed GGUF files")
struct GGUFMalformedTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    let file: GGUFBytes
    let message: String

    init(_ name: String, _ message: String, _ file: GGUFBytes) {
      (self.name, self.message, self.file) = (name, message, file)
    }

    var testDescription: String { name }
  }

  private static func pair(_ type: UInt32, _ value: Bytes) -> GGUFBytes {
    GGUFBytes(pairs: [GGUFBytes.pair("a", type, value)])
  }

  private static func tensors(_ tensors: [Bytes], pairs: [Bytes] = [], data: Int = 64) -> GGUFBytes {
    GGUFBytes(pairs: pairs, tensors: tensors, data: Array(repeating: 1, count: data))
  }

  private static func nested(_ depth: Int) -> Bytes {
    var bytes = Bytes()
    for _ in 0..<depth { bytes = bytes.appending(GGUFBytes.array(9, 1).values) }
    return bytes.appending(GGUFBytes.array(4, 0).values)
  }

  private static let little = Bytes().appending(little: UInt64.max)
  private static let tensor = GGUFBytes.tensor("t", [4])

  static let attacks = [
    Attack("wrong magic", "start with 'GGUF'", GGUFBytes(magic: "GGML")),
    Attack("2^63 tensors", "cannot fit", GGUFBytes(tensorCount: 1 << 63)),
    Attack("2^64 - 1 pairs", "cannot fit", GGUFBytes(pairCount: .max)),
    Attack("a million pairs", "cannot fit", GGUFBytes(pairCount: 1_000_000)),
    Attack("one pair too many", "cannot fit", GGUFBytes(pairCount: 2, pairs: [GGUFBytes.uint32("a", 1)])),
    Attack("key length 2^64 - 1", "cannot fit", GGUFBytes(pairCount: 1, pairs: [little, little])),
    Attack(
      "key over 65535 bytes", "over the limit",
      GGUFBytes(pairs: [GGUFBytes.uint32(String(repeating: "a", count: 65_536), 1)])),
    Attack(
      "key no UTF-8", "UTF-8",
      GGUFBytes(pairs: [
        Bytes().appending(little: UInt64(1)).appending([0xff]).appending(little: UInt32(4)).appending(little: UInt32(0))
      ])),
    Attack("key twice", "occurs twice", GGUFBytes(pairs: [GGUFBytes.uint32("a", 1), GGUFBytes.uint32("a", 1)])),
    Attack("unknown value type", "unknown type 13", pair(13, little)),
    Attack("string length 2^64 - 1", "cannot fit", pair(8, little)),
    Attack("string length 2^63 - 1", "cannot fit", pair(8, Bytes().appending(little: Int64.max))),
    Attack("truth value 2", "neither 0 nor 1", pair(7, Bytes().appending([2]))),
    Attack("truth value 2 in an array", "neither 0 nor 1", pair(9, GGUFBytes.array(7, 2, [0, 2]))),
    Attack("array of 2^64 - 1 bytes", "cannot fit", pair(9, GGUFBytes.array(0, .max))),
    Attack(
      "array of 2^61 numbers", "cannot fit", pair(9, GGUFBytes.array(10, 1 << 61, Array(repeating: 0, count: 64)))),
    Attack("array of 2^60 strings", "cannot fit", pair(9, GGUFBytes.array(8, 1 << 60, Array(repeating: 0, count: 64)))),
    Attack("array of unknown type", "unknown element type", pair(9, GGUFBytes.array(99, 1, [0, 0, 0, 0]))),
    Attack("string in an array beyond the end", "cannot fit", pair(9, GGUFBytes.array(8, 1, little.values))),
    Attack("arrays nested 9 deep", "nested", pair(9, nested(9))),
    Attack("arrays nested 1,000 deep", "nested", pair(9, nested(1000))),
    Attack("alignment 0", "general.alignment", tensors([tensor], pairs: [GGUFBytes.uint32("general.alignment", 0)])),
    Attack("alignment 3", "general.alignment", tensors([tensor], pairs: [GGUFBytes.uint32("general.alignment", 3)])),
    Attack("alignment 4", "general.alignment", tensors([tensor], pairs: [GGUFBytes.uint32("general.alignment", 4)])),
    Attack("alignment 24", "general.alignment", tensors([tensor], pairs: [GGUFBytes.uint32("general.alignment", 24)])),
    Attack(
      "alignment 2^31", "before its tensors",
      tensors([tensor], pairs: [GGUFBytes.uint32("general.alignment", 1 << 31)])),
    Attack(
      "alignment as text", "general.alignment", tensors([tensor], pairs: [GGUFBytes.text("general.alignment", "32")])),
    Attack("tensor twice", "occurs twice", tensors([tensor, GGUFBytes.tensor("t", [4], offset: 32)])),
    Attack("5 dimensions", "5 dimensions", tensors([GGUFBytes.tensor("t", [1, 1, 1, 1, 1])])),
    Attack(
      "2^32 - 1 dimensions", "4294967295 dimensions", tensors([GGUFBytes.tensor("t", [4], dimensionCount: .max)])),
    Attack("dimension -1", "impossible dimension", tensors([GGUFBytes.tensor("t", [.max])])),
    Attack("dimension 2^63", "impossible dimension", tensors([GGUFBytes.tensor("t", [1 << 63])])),
    Attack("overflowing shape", "impossible shape", tensors([GGUFBytes.tensor("t", [1 << 32, 1 << 32])])),
    Attack("overflowing bytes", "impossible shape", tensors([GGUFBytes.tensor("t", [1 << 62])])),
    Attack("overflow hidden by a zero", "impossible shape", tensors([GGUFBytes.tensor("t", [1 << 62, 4, 0])])),
    Attack("row of half a block", "impossible shape", tensors([GGUFBytes.tensor("t", [16], type: 2)])),
    Attack("block type without dimensions", "impossible shape", tensors([GGUFBytes.tensor("t", [], type: 2)])),
    Attack("misaligned offset", "no multiple of 32", tensors([GGUFBytes.tensor("t", [4], offset: 16)])),
    Attack("offset beyond the end", "beyond the end", tensors([GGUFBytes.tensor("t", [4], offset: 64)])),
    Attack("offset 2^64 - 32", "impossible offset", tensors([GGUFBytes.tensor("t", [4], offset: .max - 31)])),
    Attack("offset 2^63 - 32", "beyond the end", tensors([GGUFBytes.tensor("t", [1], offset: 1 << 63 - 32)])),
    Attack(
      "offset that overflows with its size", "impossible offset",
      tensors([GGUFBytes.tensor("t", [16], offset: 1 << 63 - 32)])),
    Attack("tensor beyond the end", "beyond the end", tensors([GGUFBytes.tensor("t", [17])])),
    Attack(
      "unknown type beyond the end", "beyond the end", tensors([GGUFBytes.tensor("t", [4], type: 99, offset: 96)])),
    Attack(
      "overlap", "overlap", tensors([GGUFBytes.tensor("t", [16]), GGUFBytes.tensor("u", [8], offset: 32)])),
    Attack("same place twice", "overlap", tensors([GGUFBytes.tensor("t", [16]), GGUFBytes.tensor("u", [16])])),
    Attack("no data", "before its tensors", GGUFBytes(tensors: [tensor], alignment: 1)),
  ]

  @Test("A file that breaks a rule is refused with the reason", arguments: attacks)
  func attack(_ attack: Attack) throws {
    try attack.file.file.withFile { path in
      let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: path) }
      guard case .malformed(path, .gguf, let problem)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(problem.contains(attack.message), "\(problem)")
    }
  }

  @Test("What the attacks vary is a sound file otherwise")
  func sound() throws {
    try Self.tensors([Self.tensor, GGUFBytes.tensor("u", [8], offset: 32)]).file.withFile { path in
      let file = try GGUFFile(path: path)
      #expect(file.tensorNames == ["t", "u"])
    }
    try Self.pair(9, Self.nested(7)).file.withFile { path in
      let array = try GGUFFile(path: path).metadata.array("a")
      #expect(array.count == 1)
    }
  }

  /// Asks for every metadata value in every way.
  private let files = Malformations(GGUFFile.init(path:)) { file in
    for key in file.metadata.keys {
      _ = try? file.metadata.string(key)
      _ = try? file.metadata.integer(key)
      _ = try? file.metadata.float(key)
      _ = try? file.metadata.bool(key)
      guard let array = try? file.metadata.array(key) else { continue }
      _ = (array.integers(), array.floats(), array.bools(), array.arrays()?.map { $0.integers() })
      array.strings()?.forEachBuffer { _, buffer in _ = buffer.reduce(UInt8(0), &+) }
    }
  }

  @Test(
    "Every truncation is refused, but within padding and data of unknown extent",
    arguments: [
      // The last tensor's padding; the last tensor, of a type whose size is not known here.
      ("quantized", 32), ("metadata", 64),
    ])
  func truncations(name: String, unknown: Int) throws {
    let file = Array(try Fixture.data("gguf/\(name).gguf"))
    let refused = try files.refusedTruncations(of: file)
    #expect(file.count - unknown <= refused && refused <= file.count)
  }

  @Test("Every corruption of the header is refused or read through", arguments: 0..<8)
  func corruptions(seed: UInt64) throws {
    let file = Array(try Fixture.data("gguf/metadata.gguf"))
    let refused = try files.refusedCorruptions(of: file, within: 0..<1450, rounds: 250, seed: seed)
    #expect(refused > 50)
  }
}
