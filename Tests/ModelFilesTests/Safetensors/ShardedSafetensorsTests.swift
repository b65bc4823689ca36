import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Sharded safetensors")
struct ShardedSafetensorsTests {
  @Test("Tensors come from the shards that the index names")
  func shards() throws {
    let source = try openSafetensors(directory: Fixture.url("safetensors/sharded").path)
    #expect(source.tensorNames == ["a.weight", "b.weight", "b.bias"])
    #expect(source.tensor(named: "a.weight")?.shape == [2, 2])
    #expect(source.tensor(named: "b.weight")?.elementType == .f16)
    #expect(source.tensor(named: "c") == nil)
    #expect(source.path(ofTensor: "b.bias").hasSuffix("model-00002-of-00002.safetensors"))
  }

  @Test("A directory with a single file needs no index, and one with neither is refused")
  func directories() throws {
    try withTemporaryDirectory { directory in
      #expect(throws: ModelFileError.self) { try openSafetensors(directory: directory.path) }
      try Fixture.data("safetensors/types.safetensors").write(to: directory.appending(path: "model.safetensors"))
      #expect(try openSafetensors(directory: directory.path).tensorNames.count == 14)
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
      let error = #expect(throws: ModelFileError.self) { try ShardedSafetensors(path: file.path) }
      #expect(try #require(error).description.contains(message))
    }
  }
}
