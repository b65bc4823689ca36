import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Weights in several files")
struct ShardedWeightsTests {
  @Test("Tensors come from the shards that the index names")
  func shards() throws {
    let source = try openWeights(directory: Fixture.url("safetensors/sharded").path)
    #expect(source.tensorNames == ["a.weight", "b.weight", "b.bias"])
    #expect(source.tensor(named: "a.weight")?.shape == [2, 2])
    #expect(source.tensor(named: "b.weight")?.elementType == .f16)
    #expect(source.tensor(named: "c") == nil)
    #expect(source.path(ofTensor: "b.bias").hasSuffix("model-00002-of-00002.safetensors"))
  }

  @Test("PyTorch's shards hold what the model's safetensors hold, a transposed matrix included")
  func pyTorchShards() throws {
    let source = try openWeights(directory: Fixture.url("older-models/clip").path)
    let whole = try openWeights(directory: Fixture.url("clip-tiny").path)
    #expect(Set(source.tensorNames) == Set(whole.tensorNames))
    for name in whole.tensorNames {
      let (found, wanted) = (try #require(source.tensor(named: name)), try #require(whole.tensor(named: name)))
      #expect(found.shape == wanted.shape && found.elementType == wanted.elementType, "\(name)")
      #expect(found.storage.buffer.elementsEqual(wanted.storage.buffer), "\(name)")
    }
    #expect(source.path(ofTensor: "visual_projection.weight").hasSuffix("pytorch_model-00002-of-00002.bin"))
  }

  @Test("Of a directory with both, the safetensors are read, and the pickle is not opened")
  func safetensorsFirst() throws {
    try withTemporaryDirectory { directory in
      try Data("no pickle".utf8).write(to: directory.appending(path: "pytorch_model.bin"))
      let error = #expect(throws: ModelFileError.self) { try openWeights(directory: directory.path) }
      #expect(error?.description.contains("pytorch_model.bin") == true)
      try Fixture.data("safetensors/types.safetensors").write(to: directory.appending(path: "model.safetensors"))
      #expect(try openWeights(directory: directory.path).tensorNames.count == 14)
    }
  }

  @Test("A directory with a single file needs no index, and one with neither is refused")
  func directories() throws {
    try withTemporaryDirectory { directory in
      let error = #expect(throws: ModelFileError.self) { try openWeights(directory: directory.path) }
      #expect(
        error?.description.contains("none of model.safetensors, model.safetensors.index.json, pytorch_model.bin")
          == true)
      try Fixture.data("safetensors/types.safetensors").write(to: directory.appending(path: "model.safetensors"))
      #expect(try openWeights(directory: directory.path).tensorNames.count == 14)
    }
  }

  @Test("An index of PyTorch's shards that breaks a rule is refused as such")
  func malformedPyTorch() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "pytorch_model.bin.index.json")
      try Data(#"{"weight_map":{"a":"../b.bin"}}"#.utf8).write(to: file)
      let error = #expect(throws: ModelFileError.self) { try openWeights(directory: directory.path) }
      #expect(
        error?.description.contains("not a valid PyTorch index file: shard '../b.bin' is no plain file name") == true)
    }
  }

  private static let shard = "model-00001-of-00002.safetensors"

  @Test(
    "An index that breaks a rule, or leaves the directory, is refused",
    arguments: [
      ("{}", "no 'weight_map'"),
      ("[]", "expected an object"),
      (#"{"weight_map":{"a.weight":"../sharded/\#(shard)"}}"#, "no plain file name"),
      (#"{"weight_map":{"a.weight":"/etc/passwd"}}"#, "no plain file name"),
      (#"{"weight_map":{"a.weight":".."}}"#, "no plain file name"),
      (#"{"weight_map":{"a.weight":""}}"#, "no plain file name"),
      (#"{"weight_map":{"a.weight":"a\u0000b"}}"#, "no plain file name"),
      (#"{"weight_map":{"a.weight":"none.safetensors"}}"#, "No such file"),
      (#"{"weight_map":{"a.weight":"a.bin"}}"#, "not called as a shard is"),
      (#"{"weight_map":{"a.bias":"\#(shard)"}}"#, "is not in shard"),
      (#"{"weight_map":{"a.weight":"\#(shard)","a.weight":"\#(shard)"}}"#, "occurs twice"),
      (#"{"weight_map":{"a.weight":1}}"#, "expected a string"),
      (#"{"weight_map":{}} {}"#, "follows"),
    ])
  func malformed(index: String, message: String) throws {
    try withTemporaryDirectory { directory in
      try Fixture.data("safetensors/sharded/\(Self.shard)").write(to: directory.appending(path: Self.shard))
      let file = directory.appending(path: "model.safetensors.index.json")
      try Data(index.utf8).write(to: file)
      let error = #expect(throws: ModelFileError.self) { try ShardedWeights(path: file.path) }
      #expect(try #require(error).description.contains(message))
    }
  }
}
