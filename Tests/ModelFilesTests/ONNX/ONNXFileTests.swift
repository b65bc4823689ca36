import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("ONNX files")
struct ONNXFileTests {
  private func file() throws -> ONNXFile { try ONNXFile(path: Fixture.url("onnx/types.onnx").path) }

  @Test("Every initializer is what the reference library wrote, raw and typed, of every element type")
  func parity() throws {
    let file = try file()
    let expected = try SpelledOutTensor.all("onnx/types.json")
    #expect(expected.count == 27)
    for (name, spelledOut) in expected {
      let tensor = try #require(file.initializers[name])
      #expect(spelledOut.describes(tensor), "\(name)")
      #expect(UInt(bitPattern: tensor.storage.pointer) % UInt(tensor.elementType.blockBytes) == 0)
    }
    #expect(Set(file.initializers.names) == Set(expected.keys).union(["external", "strings"]))
    #expect(file.initializers.count == 29)
  }

  @Test("Nodes come in order, with the names of all that they join")
  func nodes() throws {
    #expect(
      try file().nodes == [
        ONNXNode(
          name: "/layer.0/MatMul", opType: "MatMul", inputs: ["input", "raw.float32"], outputs: ["product"]),
        ONNXNode(name: "", opType: "Resize", inputs: ["product", "", "", "scalar"], outputs: ["output"]),
      ])
  }

  @Test("External data and text are refused by name when asked for")
  func unsupported() throws {
    let reader = WeightReader(try file())
    for (key, feature) in [
      ("external", "its data lies in another file (ONNX external data)"),
      ("strings", "element type STRING is not supported"),
    ] {
      #expect(throws: ModelFileError.unsupportedTensor(path: reader.path, key: key, feature: feature)) {
        try reader.tensor(key, shape: [2])
      }
    }
  }

  @Test("Dimensions and numbers may be packed or come one by one")
  func packing() throws {
    let floats = ProtobufBytes.tensor([2], type: 1).fixed32(4, Float(1.5).bitPattern).fixed32(4, Float(-2).bitPattern)
    let integers = ProtobufBytes().bytes(1, [2, 2]).number(2, 7).text(8, "i")
      .number(7, 1).bytes(7, [2, 3]).number(7, UInt64(bitPattern: -4))
    let doubles = ProtobufBytes.tensor([1], type: 11, name: "d").fixed64(10, 0.25.bitPattern)
    try ProtobufBytes.model([floats, integers, doubles]).bytes.withFile { path in
      let file = try ONNXFile(path: path)
      #expect(file.tensor(named: "t")?.toFloat32().values == [1.5, -2])
      #expect(file.tensor(named: "d")?.toFloat32().values == [0.25])
      let tensor = try #require(file.tensor(named: "i"))
      #expect(tensor.shape == [2, 2])
      #expect(
        withExtendedLifetime(tensor) { Array(tensor.storage.buffer.bindMemory(to: Int64.self)) } == [1, 2, 3, -4])
    }
  }
}
