import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Weight reader")
struct WeightReaderTests {
  private let path = Fixture.url("safetensors/types.safetensors").path

  private func reader() throws -> WeightReader { WeightReader(try SafetensorsFile(path: path)) }

  @Test("Scopes join with dots")
  func scopes() throws {
    let reader = try WeightReader(
      ShardedWeights(path: Fixture.url("safetensors/sharded/model.safetensors.index.json").path))
    #expect(reader.scoped("b").contains("weight"))
    #expect(!reader.scoped("a").contains("bias"))
    #expect(reader.scoped("encoder").scoped("layer.3").fullKey("bias") == "encoder.layer.3.bias")
    #expect(try reader.scoped("a").tensor("weight", shape: [2, 2]).elementType == .f32)
  }

  @Test("A missing tensor is an error with file, full key and expected shape")
  func missing() throws {
    let reader = try reader().scoped("of")
    let error = #expect(throws: ModelFileError.self) { try reader.tensor("nothing", shape: [2, 3]) }
    #expect(error == .missingTensor(path: path, key: "of.nothing", expectedShape: [2, 3]))
    let message = try #require(error).description
    for part in [path, "of.nothing", "[2, 3]"] { #expect(message.contains(part)) }
  }

  @Test("A misshapen tensor is an error with both shapes")
  func misshapen() throws {
    let reader = try reader().scoped("of")
    let error = #expect(throws: ModelFileError.self) { try reader.float32("float64", shape: [3, 2]) }
    #expect(error == .unexpectedShape(path: path, key: "of.float64", expected: [3, 2], found: [2, 3]))
    let message = try #require(error).description
    for part in [path, "of.float64", "[3, 2]", "[2, 3]"] { #expect(message.contains(part)) }
  }

  @Test("A misshapen tensor in a shard is an error that names the shard")
  func shardNamed() throws {
    let reader = try WeightReader(openWeights(directory: Fixture.url("safetensors/sharded").path))
    let shard = Fixture.url("safetensors/sharded/model-00002-of-00002.safetensors").path
    #expect(throws: ModelFileError.unexpectedShape(path: shard, key: "b.bias", expected: [2], found: [1])) {
      try reader.tensor("b.bias", shape: [2])
    }
  }

  @Test("Integers are handed out as stored, and are no floats")
  func integers() throws {
    let reader = try reader().scoped("of")
    #expect(try reader.tensor("int32", shape: [2, 2]).elementType == .i32)
    #expect(
      throws: ModelFileError.unsupportedTensor(path: path, key: "of.int32", feature: "i32 is no floating-point type")
    ) {
      try reader.float32("int32", shape: [2, 2])
    }
  }

  @Test("A tensor of an unknown element type is contained, and refused by the type's name")
  func unsupported() throws {
    let path = Fixture.url("safetensors/float8.safetensors").path
    let reader = try WeightReader(SafetensorsFile(path: path))
    #expect(reader.contains("narrow"))
    #expect(
      throws: ModelFileError.unsupportedTensor(
        path: path, key: "narrow", feature: "element type F8_E4M3 is not supported")
    ) {
      try reader.float32("narrow", shape: [4])
    }
    #expect(try reader.float32("wide", shape: [2]).count == 2)
  }
}
