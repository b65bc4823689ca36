import Foundation
import LocalHub
import ModelFiles
import ModelHub
import TestSupport

/// A served model and an empty cache to pull it into.
struct TinyRepository {
  static let weights = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

  static let files: [String: LocalHub.File] = [
    "config.json": .init("{\"model_type\":\"llama\"}\n"), "tokenizer.json": .init("{}"),
    "model.safetensors": .init(weights, isLarge: true), "README.md": .init("# tiny"),
    "pytorch_model.bin": .init([1, 2, 3], isLarge: true), "onnx/model.onnx": .init([4, 5], isLarge: true),
  ]

  let hub: LocalHub
  let directory: URL

  /// `models--org--tiny`.
  var cache: URL { directory.appending(path: "hub/models--org--tiny") }
  var snapshot: URL { cache.appending(path: "snapshots/\(LocalHub.commit)") }

  func blob(of name: String) -> URL { cache.appending(path: "blobs/\(hub.files[name]?.etag ?? "")") }

  func settings(_ environment: [String: String] = [:]) throws -> HubSettings {
    var settings = try HubSettings(
      environment: ["HF_ENDPOINT": hub.hub.address, "HF_HOME": directory.path(percentEncoded: false)]
        .merging(environment) { $1 })
    settings.firstPause = .milliseconds(1)
    return settings
  }

  @discardableResult
  func pull(
    _ reference: String = "hf:org/tiny", environment: [String: String] = [:], force: Bool = false,
    progress: @escaping PullProgressHandler = { _ in }
  ) async throws -> ModelHub.Model {
    try await ModelHub(settings: settings(environment)).pull(HubReference(reference), force: force, progress: progress)
  }

  static func run(
    files: [String: LocalHub.File] = Self.files, _ body: (TinyRepository) async throws -> Void
  ) async throws {
    let hub = try await LocalHub(files: files)
    let result: Result<Void, any Error>
    do {
      try await withTemporaryDirectory { try await body(TinyRepository(hub: hub, directory: $0)) }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await hub.stop()
    try result.get()
  }
}
