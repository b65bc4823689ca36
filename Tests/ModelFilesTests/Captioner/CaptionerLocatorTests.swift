import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Finding captioners and their bases")
struct CaptionerLocatorTests {
  private func put(_ place: URL) throws -> String {
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: TinyCaptioner.directory, to: place)
    return place.path(percentEncoded: false)
  }

  @Test("the home comes before what is beside the executable, and that before ../share/caption")
  func order() throws {
    try withTemporaryDirectory { directory in
      let store = ModelStore(root: directory.appending(path: "home").path(percentEncoded: false))
      let executable = directory.appending(path: "bin/caption").path(percentEncoded: false)
      let locator = CaptionerLocator(store: store, executable: executable)
      let shared = try put(directory.appending(path: "share/caption/x"))
      #expect(try locator.directory(of: "x") == shared)
      let beside = try put(directory.appending(path: "bin/caption_Captioning.resources/x"))
      #expect(try locator.directory(of: "x") == beside)
      let own = try put(directory.appending(path: "home/captioners/x"))
      #expect(try locator.directory(of: "x") == own)
      #expect(locator.names() == ["x"])
    }
  }

  @Test("a directory is taken as it is, and one without a manifest is refused")
  func directories() throws {
    try withTemporaryDirectory { directory in
      let locator = CaptionerLocator(store: ModelStore(root: directory.path(percentEncoded: false)))
      let found = try locator.directory(of: TinyCaptioner.path)
      #expect(found == TinyCaptioner.path)
      let empty = directory.path(percentEncoded: false)
      #expect(throws: CaptionerLocatorError.noManifest(directory: empty)) { try locator.directory(of: empty) }
    }
  }

  @Test("without a name the default captioner is meant, whatever the current directory holds")
  func defaultCaptioner() throws {
    try withTemporaryDirectory { directory in
      let store = ModelStore(root: directory.appending(path: "home").path(percentEncoded: false))
      let locator = CaptionerLocator(store: store, executable: directory.path(percentEncoded: false) + "/bin/caption")
      let error = #expect(throws: CaptionerLocatorError.self) { try locator.directory(of: nil) }
      #expect(error == .notFound(name: "default", searched: locator.places, known: []))
      let own = try put(directory.appending(path: "home/captioners/default"))
      #expect(try locator.directory(of: nil) == own)
    }
  }

  @Test("a captioner's own files are resolved and their hashes remembered")
  func resolution() throws {
    try withTemporaryDirectory { directory in
      let store = ModelStore(root: directory.path(percentEncoded: false))
      let manifest = try CaptionerManifest(directory: TinyCaptioner.path)
      let resolved = try manifest.resolve(in: TinyCaptioner.path, store: store)
      #expect(resolved.decoder == TinyCaptioner.path.appending("/decoder/tiny.gguf").replacing("//", with: "/"))
      #expect(FileManager.default.fileExists(atPath: store.hashes.path))
    }
  }

  @Test("the encoder is found alone, whatever else is missing")
  func encoderAlone() throws {
    try withTemporaryDirectory { directory in
      let store = ModelStore(root: directory.path(percentEncoded: false), catalog: try WheelFixtures.catalog())
      var encoders = try CaptionerManifest(directory: TinyCaptioner.path).encoders
      let found = try encoders.resolve(in: TinyCaptioner.path, store: store)
      #expect(found == [TinyCaptioner.path.appending("/encoder").replacing("//", with: "/")])
      let other = FileHash.hash(of: [])
      encoders[0].sha256 = other
      let error = #expect(throws: ModelStoreError.self) { try encoders.resolve(in: TinyCaptioner.path, store: store) }
      #expect(error?.description.contains("encoder.sha256") == true)
      encoders[0].path = WheelFixtures.encoder
      #expect(throws: ModelStoreError.missingModels(names: [WheelFixtures.encoder])) {
        try encoders.resolve(in: TinyCaptioner.path, store: store)
      }
    }
  }

  @Test("missing base models are all named at once")
  func missingBases() throws {
    try withTemporaryDirectory { directory in
      let catalog = try WheelFixtures.catalog()
      let store = ModelStore(root: directory.path(percentEncoded: false), catalog: catalog)
      var manifest = try CaptionerManifest(directory: TinyCaptioner.path)
      manifest.encoders[0].path = WheelFixtures.encoder
      manifest.decoder.path = WheelFixtures.decoder
      #expect(throws: ModelStoreError.missingModels(names: [WheelFixtures.encoder, WheelFixtures.decoder])) {
        try manifest.resolve(in: TinyCaptioner.path, store: store)
      }
    }
  }

  @Test(
    "a base that is nowhere is refused with its key", arguments: ["no-such-encoder", "/nonexistent/encoder", "a/b"])
  func unknownBase(path: String) throws {
    try withTemporaryDirectory { directory in
      var manifest = try CaptionerManifest(directory: TinyCaptioner.path)
      manifest.encoders[0].path = path
      let store = ModelStore(root: directory.path(percentEncoded: false))
      let error = #expect(throws: ModelStoreError.self) { try manifest.resolve(in: TinyCaptioner.path, store: store) }
      #expect(error?.description.contains("encoder.path") == true)
    }
  }
}
