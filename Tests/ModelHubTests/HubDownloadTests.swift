import Foundation
import LocalHub
import ModelFiles
import ModelHub
import TestSupport
import Testing

@Suite("Interrupted and damaged downloads")
struct HubDownloadTests {
  private let weights = "model.safetensors"

  private func leavePart(_ bytes: some Sequence<UInt8>, _ tiny: TinyRepository) throws -> URL {
    let part = tiny.blob(of: weights).appendingPathExtension("incomplete")
    try FileManager.default.createDirectory(at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: part)
    return part
  }

  @Test("a pull goes on where an earlier one was interrupted: only the rest is asked for")
  func resumption() async throws {
    try await TinyRepository.run { tiny in
      let part = try leavePart(TinyRepository.weights.prefix(123_456), tiny)
      try await tiny.pull()
      #expect(tiny.hub.store.requests.map { $0["range"] } == ["bytes=123456-"])
      #expect(try Data(contentsOf: tiny.blob(of: weights)) == Data(TinyRepository.weights))
      #expect(!FileManager.default.fileExists(atPath: part.path))
    }
  }

  @Test("where the server ignores ranges the file is fetched from its start")
  func ignoredRange() async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.ignoresRanges = true }
      _ = try leavePart(TinyRepository.weights.prefix(123_456), tiny)
      try await tiny.pull()
      #expect(try Data(contentsOf: tiny.blob(of: weights)) == Data(TinyRepository.weights))
    }
  }

  @Test("a part that is whole already is only checked, and one that is too long is fetched anew")
  func wholeAndOverlong() async throws {
    for extra in [0, 7] {
      try await TinyRepository.run { tiny in
        _ = try leavePart(TinyRepository.weights + [UInt8](repeating: 9, count: extra), tiny)
        try await tiny.pull()
        #expect(tiny.hub.store.requests.count == (extra == 0 ? 0 : 1))
        #expect(try Data(contentsOf: tiny.blob(of: weights)) == Data(TinyRepository.weights))
      }
    }
  }

  @Test("a connection that breaks is taken up again where it broke")
  func brokenConnection() async throws {
    try await TinyRepository.run { tiny in
      // More often than one attempt may fail without getting further.
      tiny.hub.behave { $0.breaks = (after: 30_000, times: 8) }
      try await tiny.pull()
      #expect(tiny.hub.store.requests.count == 9)
      #expect(tiny.hub.store.requests[1]["range"] == "bytes=30000-")
      #expect(try Data(contentsOf: tiny.blob(of: weights)) == Data(TinyRepository.weights))
    }
  }

  @Test("a connection that breaks without ever getting further ends the pull, and what came stays for the next")
  func alwaysBroken() async throws {
    try await TinyRepository.run { tiny in
      let part = try leavePart(TinyRepository.weights.prefix(1000), tiny)
      tiny.hub.behave { $0.breaks = (after: 0, times: 100) }
      let error = await #expect(throws: HubError.self) { try await tiny.pull() }
      #expect(error?.description.contains("127.0.0.1 cannot be reached") == true)
      #expect(try Data(contentsOf: part).count == 1000)
    }
  }

  @Test("a connection on which nothing comes is given up, and what came before stays")
  func stalledConnection() async throws {
    try await TinyRepository.run { tiny in
      let part = try leavePart(TinyRepository.weights.prefix(1000), tiny)
      tiny.hub.behave { $0.stallsAfter = 0 }
      var settings = try tiny.settings()
      settings.stallTimeout = .seconds(1)
      settings.attempts = 1
      let error = await #expect(throws: HubError.self) {
        _ = try await ModelHub(settings: settings).pull(HubReference("hf:org/tiny")) { _ in }
      }
      guard case .noConnection("127.0.0.1", _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try Data(contentsOf: part) == Data(TinyRepository.weights.prefix(1000)))
    }
  }

  @Test("more bytes than the hub announced are not written")
  func overlongContent() async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.appends = 1 << 20 }
      let error = await #expect(throws: HubError.self) { try await tiny.pull() }
      guard case .wrongSize("org/tiny/model.safetensors", TinyRepository.weights.count, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      let part = try Data(contentsOf: tiny.blob(of: weights).appendingPathExtension("incomplete"))
      #expect(part.isEmpty)
    }
  }

  @Test("a pull that is cancelled while it waits ends at once")
  func cancellation() async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.stallsAfter = 40_000 }
      let (steps, continuation) = AsyncStream.makeStream(of: PullProgress.self)
      let pull = Task { try await tiny.pull { continuation.yield($0) } }
      for await case .downloading(_, "org/tiny/model.safetensors", _, _) in steps { break }
      pull.cancel()
      await #expect(throws: CancellationError.self) { try await pull.value }
    }
  }

  @Test("a content with another hash than the hub says is deleted, and the message says so")
  func hashMismatch() async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.corrupts = true }
      let error = await #expect(throws: HubError.self) { try await tiny.pull() }
      guard case .wrongHash("org/tiny/model.safetensors", tiny.hub.files[weights]?.etag, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.description.contains("it was deleted") == true)
      let blobs = try FileManager.default.contentsOfDirectory(atPath: tiny.cache.appending(path: "blobs").path)
      #expect(!blobs.contains { $0.hasPrefix(tiny.hub.files[weights]?.etag ?? "") })
      tiny.hub.behave { $0.corrupts = false }
      try await tiny.pull()
      #expect(try Data(contentsOf: tiny.blob(of: weights)) == Data(TinyRepository.weights))
    }
  }

  @Test("a part of another content is found out by the hash of the whole")
  func wrongPart() async throws {
    try await TinyRepository.run { tiny in
      let part = try leavePart([UInt8](repeating: 0, count: 5000), tiny)
      await #expect(throws: HubError.self) { try await tiny.pull() }
      #expect(!FileManager.default.fileExists(atPath: part.path))
    }
  }

  @Test("answers of 503 are asked again, but not for ever")
  func unavailable() async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.failures = 3 }
      try await tiny.pull()
      #expect(
        tiny.hub.hub.requests.prefix(4).map(\.path) == Array(repeating: "/api/models/org/tiny/revision/main", count: 4))
    }
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.failures = 1000 }
      let error = await #expect(throws: HubError.self) { try await tiny.pull() }
      guard case .serverError(_, 503) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(tiny.hub.hub.requests.count == 5)
    }
  }

  @Test("progress grows to the size of each file, and ends with where the model is")
  func progress() async throws {
    try await TinyRepository.run { tiny in
      let (steps, continuation) = AsyncStream.makeStream(of: PullProgress.self)
      try await tiny.pull { continuation.yield($0) }
      continuation.finish()
      var all: [PullProgress] = []
      for await step in steps { all.append(step) }
      let size = TinyRepository.weights.count
      #expect(
        all.contains(
          .downloading(
            model: "hf:org/tiny", requirement: "org/tiny/model.safetensors", byteCount: size, total: size)))
      #expect(all.last == .installed(model: "hf:org/tiny", directory: tiny.snapshot.path))
    }
  }
}
