import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("The hash that stands for a model's weights")
struct ModelWeightsTests {
  private let sharded = Fixture.url("safetensors/sharded").path(percentEncoded: false)

  private func hash(_ path: String, _ directory: URL) throws -> FileHash {
    try ModelWeights(of: path).hash(FileHashCache(path: directory.appending(path: "hashes").path))
  }

  @Test("of a single file it is the file's own, by the file or its directory")
  func single() throws {
    try withTemporaryDirectory { directory in
      let model = Fixture.url("dinov2-tiny").path
      let expected = try FileHash(ofFile: model + "/model.safetensors")
      #expect(try hash(model, directory) == expected)
      #expect(try hash(model + "/model.safetensors", directory) == expected)
    }
  }

  @Test("of a split model it is that of what sha256sum writes of shards and index, and changes with each of them")
  func split() throws {
    try withTemporaryDirectory { directory in
      let weights = try ModelWeights(of: sharded)
      #expect(weights.modelPath == sharded)
      let names = [
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json",
      ]
      #expect(weights.files.map { URL(filePath: $0).lastPathComponent } == names)
      let text = try names.map { "\(try FileHash(ofFile: sharded + "/" + $0))  \($0)\n" }.joined()
      #expect(try hash(sharded, directory) == FileHash.hash(of: Array(text.utf8)))
      for name in names {
        let copy = directory.appending(path: name)
        try FileManager.default.copyItem(atPath: sharded, toPath: copy.path)
        let file = copy.appending(path: name)
        try (Data(contentsOf: file) + [32]).write(to: file)
        #expect(try hash(copy.path, directory) != hash(sharded, directory))
      }
    }
  }

  @Test("of PyTorch's weights it is their only file's, or that of shards and index, whatever else ends in .bin")
  func pyTorch() throws {
    let opt = Fixture.url("older-models/opt").path(percentEncoded: false)
    #expect(try ModelWeights(of: opt).files == [opt + "/pytorch_model.bin"])
    try withTemporaryDirectory { directory in
      let copy = directory.appending(path: "clip").path
      try FileManager.default.copyItem(atPath: Fixture.url("older-models/clip").path, toPath: copy)
      try Data().write(to: URL(filePath: copy + "/training_args.bin"))
      let names = try ModelWeights(of: copy).files.map { URL(filePath: $0).lastPathComponent }
      #expect(
        names == [
          "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin", "pytorch_model.bin.index.json",
        ])
    }
  }

  @Test("a GGUF file beside other weights is refused")
  func mixed() throws {
    try withTemporaryDirectory { directory in
      for name in ["a.gguf", "pytorch_model.bin"] { try Data().write(to: directory.appending(path: name)) }
      let error = #expect(throws: ModelStoreError.self) { try ModelWeights(of: directory.path) }
      #expect(error?.description.contains("has several weights (a.gguf, pytorch_model.bin)") == true)
    }
  }

  @Test("a directory with several GGUF files is refused")
  func unclear() throws {
    let directory = Fixture.url("llama-tiny").path
    let error = #expect(throws: ModelStoreError.self) { try ModelWeights(of: directory) }
    #expect(error?.description.contains("name one file instead of the directory") == true)
  }
}
