import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Malformed ONNX files")
struct ONNXMalformedTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    let file: ProtobufBytes
    let message: String

    init(_ name: String, _ message: String, _ file: ProtobufBytes) {
      (self.name, self.message, self.file) = (name, message, file)
    }

    var testDescription: String { name }
  }

  private static func tensor(
    _ dimensions: [UInt64], type: UInt64, _ data: (ProtobufBytes) -> ProtobufBytes
  ) -> ProtobufBytes {
    .model([data(.tensor(dimensions, type: type))])
  }

  static let attacks = [
    Attack("no graph", "no graph", ProtobufBytes().number(1, 8)),
    Attack("two graphs", "two graphs", ProtobufBytes().bytes(7, []).bytes(7, [])),
    Attack("field 0", "impossible number", ProtobufBytes().raw([0x02, 0x00])),
    Attack("group", "wire type 3", ProtobufBytes().raw([0x0b])),
    Attack("wire type 7", "wire type 7", ProtobufBytes().raw([0x0f])),
    Attack("endless number", "more than 64 bits", ProtobufBytes().raw([0x08] + Array(repeating: 0xff, count: 64))),
    Attack(
      "eleven-byte number", "more than 64 bits", ProtobufBytes().raw([0x08] + Array(repeating: 0x80, count: 10) + [1])),
    Attack("cut-off number", "cut off", ProtobufBytes().raw([0x08, 0x80])),
    Attack("graph of 2^64 - 1 bytes", "does not fit", ProtobufBytes().bytes(7, [], length: .max)),
    Attack("graph of 2^63 - 1 bytes", "does not fit", ProtobufBytes().bytes(7, [], length: 1 << 63 - 1)),
    Attack("graph as a number", "no byte string", ProtobufBytes().number(7, 1)),
    Attack(
      "initializer that ends beyond the graph", "does not fit",
      ProtobufBytes().message(7, ProtobufBytes().bytes(5, [8, 1], length: 9)).raw(Array(repeating: 0, count: 32))),
    Attack("initializer twice", "occurs twice", .model([.tensor([0], type: 1), .tensor([0], type: 1)])),
    Attack("negative dimension", "negative", tensor([UInt64(bitPattern: -4)], type: 1) { $0.bytes(9, []) }),
    Attack("overflowing shape", "impossible shape", tensor([1 << 32, 1 << 32], type: 1) { $0.bytes(9, []) }),
    Attack("overflow hidden by a zero", "impossible shape", tensor([1 << 62, 4, 0], type: 1) { $0.bytes(9, []) }),
    Attack("33 dimensions", "over 32", tensor(Array(repeating: 1, count: 33), type: 1) { $0.bytes(9, [0, 0, 0, 0]) }),
    Attack("too little raw data", "needs 8 bytes", tensor([2], type: 1) { $0.bytes(9, [0, 0, 0, 0]) }),
    Attack("too much raw data", "needs 4 bytes", tensor([1], type: 1) { $0.bytes(9, [0, 0, 0, 0, 0]) }),
    Attack("no data for 2^40 numbers", "fewer", tensor([1 << 40], type: 1) { $0 }),
    Attack("raw and typed data", "both", tensor([1], type: 1) { $0.bytes(9, [0, 0, 0, 0]).fixed32(4, 0) }),
    Attack("floats in the field of integers", "wrong field", tensor([1], type: 1) { $0.number(5, 0) }),
    Attack("floats as numbers", "wrong encoding", tensor([1], type: 1) { $0.number(4, 0) }),
    Attack("half a packed float", "more or fewer", tensor([2], type: 1) { $0.bytes(4, [0, 0, 0, 0, 0, 0]) }),
    Attack(
      "too many packed floats", "more or fewer", tensor([1], type: 1) { $0.bytes(4, Array(repeating: 0, count: 8)) }),
    Attack("too many integers", "more numbers", tensor([1], type: 7) { $0.bytes(7, [1, 2]) }),
    Attack("too few integers", "fewer", tensor([3], type: 7) { $0.bytes(7, [1, 2]) }),
    Attack("128 as a signed byte", "cannot hold", tensor([1], type: 3) { $0.number(5, 128) }),
    Attack("-1 as an unsigned byte", "cannot hold", tensor([1], type: 2) { $0.number(5, .max) }),
    Attack("truth value 2", "neither 0 nor 1", tensor([1], type: 9) { $0.number(5, 2) }),
    Attack("name no UTF-8", "UTF-8", .model([ProtobufBytes().number(2, 1).bytes(8, [0xff])])),
  ]

  @Test("A file that breaks a rule is refused with the reason", arguments: attacks)
  func attack(_ attack: Attack) throws {
    try attack.file.bytes.withFile { path in
      let error = #expect(throws: ModelFileError.self) { try ONNXFile(path: path) }
      guard case .malformed(path, .onnx, let problem)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(problem.contains(attack.message), "\(problem)")
    }
  }

  private let files = Malformations(ONNXFile.init(path:))

  @Test("Every truncation is refused but where the graph is whole")
  func truncations() throws {
    let file = Array(try Fixture.data("onnx/types.onnx"))
    // The graph is all but the version and producer before it and the operator set after it.
    let refused = try files.refusedTruncations(of: file)
    #expect(file.count - 16 < refused && refused <= file.count)
  }

  @Test("Every corruption is refused or read through", arguments: 0..<8)
  func corruptions(seed: UInt64) throws {
    let file = Array(try Fixture.data("onnx/types.onnx"))
    #expect(try files.refusedCorruptions(of: file, within: 0..<file.count, rounds: 250, seed: seed) > 50)
  }
}
