import Foundation
import LocalHub
import TestSupport
import Testing

@Suite("caption models pull hf:…")
struct ModelsPullHubTests {
  private static let weights = [UInt8](repeating: 7, count: 2_000_000)

  private func withHub(_ body: (LocalHub, URL, [String: String]) throws -> Void) async throws {
    let hub = try await LocalHub(files: [
      "config.json": .init("{}"), "model.safetensors": .init(Self.weights, isLarge: true),
    ])
    try withTemporaryDirectory { directory in
      try body(hub, directory, ["HF_ENDPOINT": hub.hub.address, "HF_HOME": directory.path(percentEncoded: false)])
    }
    try await hub.stop()
  }

  @Test("fetches a model into huggingface_hub's cache and prints where it is")
  func pull() async throws {
    try await withHub { hub, directory, environment in
      let run = try CommandRun(["models", "pull", "hf:org/tiny"], environment: environment)
      #expect(run.exitCode == 0)
      let snapshot = directory.appending(path: "hub/models--org--tiny/snapshots/\(LocalHub.commit)")
      #expect(run.standardOutput == snapshot.path(percentEncoded: false) + "\n")
      #expect(run.standardError.contains("caption: fetching org/tiny/model.safetensors (2 MB)\n"))
      #expect(try Data(contentsOf: snapshot.appending(path: "model.safetensors")) == Data(Self.weights))
      let offline = try CommandRun(
        ["models", "pull", "hf:org/tiny"], environment: environment.merging(["HF_HUB_OFFLINE": "1"]) { $1 })
      #expect(offline.standardOutput == run.standardOutput)
    }
  }

  @Test("an interrupted pull keeps what came, ends with 130, and the next goes on from there")
  func interrupted() async throws {
    try await withHub { hub, directory, environment in
      hub.behave { $0.stallsAfter = 1_000_000 }
      let blobs = directory.appending(path: "hub/models--org--tiny/blobs").path
      let etag = hub.files["model.safetensors"]?.etag ?? ""
      let run = try CommandRun(["models", "pull", "hf:org/tiny"], environment: environment) { process in
        while process.isRunning {
          let part = try? Data(contentsOf: URL(filePath: "\(blobs)/\(etag).incomplete"))
          if part?.count == 1_000_000 { break }
          Thread.sleep(forTimeInterval: 0.005)
        }
        process.interrupt()
      }
      #expect(run.exitCode == 130)
      #expect(run.standardError.contains("what came so far is kept"))
      #expect(try Data(contentsOf: URL(filePath: "\(blobs)/\(etag).incomplete")).count == 1_000_000)
      hub.behave { $0.stallsAfter = nil }
      hub.store.forgetRequests()
      #expect(try CommandRun(["models", "pull", "hf:org/tiny"], environment: environment).exitCode == 0)
      #expect(hub.store.requests.map { $0["range"] } == ["bytes=1000000-"])
    }
  }

  @Test("a full disk ends with 74 and is called so", .enabled(if: CommandRun.canMount))
  func fullDisk() async throws {
    try await withHub { _, directory, environment in
      let place = directory.path(percentEncoded: false)
      let script = "mount -t tmpfs -o size=1m none \"$1\" && exec \"$2\" models pull hf:org/tiny"
      let run = try CommandRun(
        ["-rm", "sh", "-c", script, "sh", place, CommandRun.binary.path(percentEncoded: false)],
        environment: environment, binary: URL(filePath: "/usr/bin/unshare"))
      #expect(run.exitCode == 74)
      #expect(run.standardError.contains("the disk is full"))
    }
  }

  @Test("without libcurl the message names the package to install")
  func missingLibrary() async throws {
    try await withHub { _, _, environment in
      // A library of that name that is none.
      try withTemporaryDirectory { directory in
        for name in ["libcurl.so.4", "libcurl-gnutls.so.4"] {
          try Data("none".utf8).write(to: directory.appending(path: name))
        }
        let run = try CommandRun(
          ["models", "pull", "hf:org/tiny"],
          environment: environment.merging(["LD_LIBRARY_PATH": directory.path(percentEncoded: false)]) { $1 })
        #expect(run.exitCode == 69)
        #expect(run.standardError.contains("apt-get install libcurl4"))
      }
    }
  }

  @Test("a gated model ends with 69, a missing one with 66, a wrong name with 64")
  func failures() async throws {
    try await withHub { hub, _, environment in
      hub.behave {
        $0.requiredToken = "hf_right"
        $0.isGated = true
      }
      let gated = try CommandRun(["models", "pull", "hf:org/tiny"], environment: environment)
      #expect(gated.exitCode == 69)
      #expect(gated.standardError.contains("\(hub.hub.address)/org/tiny"))
      hub.behave { $0 = .init() }
      #expect(try CommandRun(["models", "pull", "hf:org/tiny@no"], environment: environment).exitCode == 66)
      #expect(try CommandRun(["models", "pull", "org/tiny"], environment: environment).exitCode == 64)
    }
  }
}
