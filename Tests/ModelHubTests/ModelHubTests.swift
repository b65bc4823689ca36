import Foundation
import LocalHub
import ModelFiles
import ModelHub
import TestSupport
import Testing

@Suite("Pulling from a hub")
struct ModelHubTests {
  @Test("a pull brings configuration, tokeniser and safetensors weights in huggingface_hub's layout, and nothing else")
  func layout() async throws {
    try await TinyRepository.run { tiny in
      let model = try await tiny.pull()
      #expect(model.commit == LocalHub.commit)
      #expect(model.path == tiny.snapshot.path(percentEncoded: false))
      let names = try FileManager.default.contentsOfDirectory(atPath: model.path)
      #expect(names.sorted() == ["config.json", "model.safetensors", "tokenizer.json"])
      for name in names {
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: model.path + "/" + name)
        #expect(link == "../../blobs/\(tiny.hub.files[name]?.etag ?? "")")
        #expect(try Data(contentsOf: tiny.snapshot.appending(path: name)) == Data(tiny.hub.files[name]?.bytes ?? []))
      }
      #expect(try String(contentsOf: tiny.cache.appending(path: "refs/main"), encoding: .utf8) == LocalHub.commit)
      let blobs = try FileManager.default.contentsOfDirectory(atPath: tiny.cache.appending(path: "blobs").path)
      #expect(blobs.count == 3)
    }
  }

  @Test("small files are named as git names them: the well-known hash of a blob")
  func gitHash() async throws {
    #expect(LocalHub.File("hello\n").etag == "ce013625030ba8dba906f756967f9e9ca394464a")
  }

  @Test("a second pull asks for the commit alone")
  func secondPull() async throws {
    try await TinyRepository.run { tiny in
      try await tiny.pull()
      tiny.hub.hub.forgetRequests()
      tiny.hub.store.forgetRequests()
      try await tiny.pull()
      #expect(tiny.hub.hub.requests.map(\.path) == ["/api/models/org/tiny/revision/main"])
      #expect(tiny.hub.store.requests.isEmpty)
    }
  }

  @Test("a forced pull fetches everything anew")
  func forced() async throws {
    try await TinyRepository.run { tiny in
      try await tiny.pull()
      try Data("spoilt".utf8).write(to: tiny.blob(of: "model.safetensors"))
      try await tiny.pull(force: true)
      #expect(try Data(contentsOf: tiny.blob(of: "model.safetensors")) == Data(TinyRepository.weights))
    }
  }

  @Test("what Python fetched is found: contents by their names, and no byte of them is fetched again")
  func pythonsContents() async throws {
    try await TinyRepository.run { tiny in
      // As huggingface_hub leaves it after fetching the weights at an older commit.
      let old = String(repeating: "a", count: 40)
      let blobs = tiny.cache.appending(path: "blobs")
      let snapshot = tiny.cache.appending(path: "snapshots/\(old)")
      for place in [blobs, snapshot] {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      }
      try Data(TinyRepository.weights).write(to: tiny.blob(of: "model.safetensors"))
      try FileManager.default.createSymbolicLink(
        atPath: snapshot.appending(path: "model.safetensors").path,
        withDestinationPath: "../../blobs/\(tiny.blob(of: "model.safetensors").lastPathComponent)")
      let model = try await tiny.pull()
      #expect(tiny.hub.store.requests.isEmpty)
      #expect(try Data(contentsOf: URL(filePath: model.path + "/model.safetensors")) == Data(TinyRepository.weights))
    }
  }

  @Test("offline, a model that is wholly in the cache is found without a request")
  func offline() async throws {
    try await TinyRepository.run { tiny in
      let online = try await tiny.pull()
      tiny.hub.hub.forgetRequests()
      #expect(try await tiny.pull(environment: ["HF_HUB_OFFLINE": "1"]) == online)
      #expect(try await tiny.pull("hf:org/tiny@\(LocalHub.commit)", environment: ["HF_HUB_OFFLINE": "1"]) == online)
      #expect(tiny.hub.hub.requests.isEmpty)
    }
  }

  @Test("offline, a model of which something is missing is refused", arguments: ["model.safetensors", "config.json"])
  func offlineMissing(file: String) async throws {
    try await TinyRepository.run { tiny in
      try await tiny.pull()
      try FileManager.default.removeItem(at: tiny.blob(of: file))
      await #expect(throws: HubError.notCached(reference: "hf:org/tiny", place: tiny.cache.path)) {
        try await tiny.pull(environment: ["HF_HUB_OFFLINE": "1"])
      }
    }
  }

  @Test("of a split model the index and the shards that it names are fetched")
  func shards() async throws {
    let files: [String: LocalHub.File] = [
      "config.json": .init("{}"),
      "model.safetensors.index.json": .init(
        "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}}"),
      "model-00001-of-00002.safetensors": .init([1], isLarge: true),
      "model-00002-of-00002.safetensors": .init([2], isLarge: true),
      "model-00003-of-00003.safetensors": .init([3], isLarge: true),
    ]
    try await TinyRepository.run(files: files) { tiny in
      let model = try await tiny.pull()
      let names = try FileManager.default.contentsOfDirectory(atPath: model.path)
      #expect(
        names.sorted() == [
          "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
          "model.safetensors.index.json",
        ])
      #expect(try await tiny.pull(environment: ["HF_HUB_OFFLINE": "1"]) == model)
      try FileManager.default.removeItem(at: tiny.blob(of: "model-00002-of-00002.safetensors"))
      await #expect(throws: HubError.self) { try await tiny.pull(environment: ["HF_HUB_OFFLINE": "1"]) }
    }
  }

  @Test("of an older model its pickled weights, whole or split, and its tokeniser's two files are fetched")
  func older() async throws {
    let one: [String: LocalHub.File] = [
      "config.json": .init("{}"), "vocab.json": .init("{}"), "merges.txt": .init(""), "tf_model.h5": .init([1]),
      "pytorch_model.bin": .init([1], isLarge: true),
    ]
    let split: [String: LocalHub.File] = [
      "config.json": .init("{}"), "tokenizer.json": .init("{}"), "vocab.json": .init("{}"), "merges.txt": .init(""),
      "pytorch_model.bin.index.json": .init(#"{"weight_map":{"a":"pytorch_model-00001-of-00001.bin"}}"#),
      "pytorch_model-00001-of-00001.bin": .init([1], isLarge: true), "training_args.bin": .init([2], isLarge: true),
    ]
    for (files, fetched) in [
      (one, ["config.json", "merges.txt", "pytorch_model.bin", "vocab.json"]),
      (
        split,
        [
          "config.json", "pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json", "tokenizer.json",
        ]
      ),
    ] {
      try await TinyRepository.run(files: files) { tiny in
        let model = try await tiny.pull()
        #expect(try FileManager.default.contentsOfDirectory(atPath: model.path).sorted() == fetched)
        #expect(try await tiny.pull(environment: ["HF_HUB_OFFLINE": "1"]) == model)
      }
    }
  }

  @Test("a GGUF file is fetched alone where it is named, also from a folder")
  func gguf() async throws {
    let files: [String: LocalHub.File] = [
      "quants/tiny.gguf": .init(Array("GGUF".utf8), isLarge: true), "other.gguf": .init([1], isLarge: true),
    ]
    try await TinyRepository.run(files: files) { tiny in
      let model = try await tiny.pull("hf:org/tiny/quants/tiny.gguf")
      #expect(model.path == tiny.snapshot.path + "/quants/tiny.gguf")
      #expect(try Data(contentsOf: URL(filePath: model.path)) == Data("GGUF".utf8))
      #expect(tiny.hub.store.requests.count == 1)
    }
  }

  @Test("of a split GGUF model all files are fetched, whichever is named; one that is not there is told")
  func splitGGUF() async throws {
    let files: [String: LocalHub.File] = [
      "q/tiny-00001-of-00002.gguf": .init([1], isLarge: true), "q/tiny-00002-of-00002.gguf": .init([2], isLarge: true),
      "q/half-00001-of-00002.gguf": .init([3], isLarge: true),
    ]
    try await TinyRepository.run(files: files) { tiny in
      let model = try await tiny.pull("hf:org/tiny/q/tiny-00001-of-00002.gguf")
      #expect(try Data(contentsOf: URL(filePath: model.path)) == Data([1]))
      #expect(try Data(contentsOf: tiny.snapshot.appending(path: "q/tiny-00002-of-00002.gguf")) == Data([2]))
      await #expect(throws: HubError.fileNotFound(repository: "org/tiny", file: "q/half-00002-of-00002.gguf")) {
        try await tiny.pull("hf:org/tiny/q/half-00001-of-00002.gguf")
      }
    }
  }

  @Test(
    "a model without readable weights is refused, and the message says what there is",
    arguments: [
      (["config.json", "weights.pt"], "its weights come only as weights.pt"),
      (["a.gguf", "b.gguf"], "hf:org/tiny/a.gguf"), (["README.md"], "it has no model.safetensors"),
      (["model.safetensors"], "no config.json"),
    ])
  func noWeights(names: [String], message: String) async throws {
    let files = Dictionary(uniqueKeysWithValues: names.map { ($0, LocalHub.File("{}")) })
    try await TinyRepository.run(files: files) { tiny in
      let error = await #expect(throws: HubError.self) { try await tiny.pull() }
      #expect(error?.description.contains(message) == true)
      #expect(!FileManager.default.fileExists(atPath: tiny.cache.path))
    }
  }
}
