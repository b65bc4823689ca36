import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("GGUF files")
struct GGUFFileTests {
  @Test("Block types dequantise to the very bits of the reference library")
  func dequantised() throws {
    let file = try GGUFFile(path: Fixture.url("gguf/quantized.gguf").path)
    let expected = try SafetensorsFile(path: Fixture.url("gguf/dequantized.safetensors").path)
    #expect(file.tensorNames.count == 15)
    #expect(Set(file.tensorNames) == Set(expected.tensorNames))
    for name in file.tensorNames {
      let tensor = try #require(file.tensor(named: name))
      let reference = try #require(expected.tensor(named: name)).toFloat32()
      #expect(tensor.elementType.rawValue.lowercased() == name.split(separator: ".")[0].lowercased())
      #expect(tensor.shape == reference.shape)
      #expect(tensor.toFloat32().values.map(\.bitPattern) == reference.values.map(\.bitPattern), "\(name)")
    }
  }

  @Test("Tensors have their outermost dimension first and follow the file's own alignment")
  func tensors() throws {
    let file = try GGUFFile(path: Fixture.url("gguf/metadata.gguf").path)
    let matrix = try #require(file.tensor(named: "matrix"))
    #expect(matrix.shape == [2, 3])
    #expect(matrix.toFloat32().values == [0, 1, 2, 3, 4, 5])
    #expect(file.tensor(named: "integers")?.elementType == .i64)
    #expect(file.tensor(named: "doubles")?.toFloat32().values == [0.1, -2])
    #expect(try file.metadata.integer("general.alignment") == 64)
  }

  @Test("A tensor of a type that is not supported is listed with its shape, and refused by the type's name")
  func unsupported() throws {
    let file = try GGUFFile(path: Fixture.url("gguf/metadata.gguf").path)
    #expect(file.shape(ofTensor: "ternary") == [1, 256])
    #expect(file.tensor(named: "ternary") == nil)
    #expect(file.unsupportedFeature(ofTensor: "ternary") == "element type TQ1_0 is not supported")
    #expect(file.unsupportedFeature(ofTensor: "matrix") == nil)
  }

  @Test("Version 2 is read as version 3 is")
  func versionTwo() throws {
    var bytes = Array(try Fixture.data("gguf/metadata.gguf"))
    bytes[4] = 2
    try bytes.withFile { path in
      let file = try GGUFFile(path: path)
      #expect(file.tensor(named: "matrix")?.toFloat32().values == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test("Big-endian files are refused by that name")
  func bigEndian() {
    let path = Fixture.url("gguf/big-endian.gguf").path
    #expect(throws: ModelFileError.unsupported(path: path, format: .gguf, feature: "big-endian byte order")) {
      try GGUFFile(path: path)
    }
  }

  @Test("Versions 1 and 4 are refused by number", arguments: [1, 4] as [UInt32])
  func versions(_ version: UInt32) throws {
    try GGUFBytes(version: version).file.withFile { path in
      #expect(throws: ModelFileError.unsupported(path: path, format: .gguf, feature: "version \(version)")) {
        try GGUFFile(path: path)
      }
    }
  }
}
