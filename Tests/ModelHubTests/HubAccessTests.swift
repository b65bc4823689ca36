import Foundation
import LocalHub
import ModelHub
import TestSupport
import Testing

@Suite("Who may fetch what")
struct HubAccessTests {
  @Test("the token goes to the hub alone, and not to the store that it redirects to")
  func tokenStaysHome() async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.requiredToken = "hf_secret" }
      try await tiny.pull(environment: ["HF_TOKEN": "hf_secret"])
      #expect(tiny.hub.hub.requests.allSatisfy { $0["authorization"] == "Bearer hf_secret" })
      #expect(tiny.hub.store.requests.count == 1)
      #expect(tiny.hub.store.requests.allSatisfy { $0["authorization"] == nil })
    }
  }

  @Test("the token of huggingface_hub's file is used where HF_TOKEN is not set", arguments: [nil, "other/token"])
  func tokenFile(place: String?) async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.requiredToken = "hf_filed" }
      let file = tiny.directory.appending(path: place ?? "token")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("hf_filed\n".utf8).write(to: file)
      try await tiny.pull(environment: place == nil ? [:] : ["HF_TOKEN_PATH": file.path])
    }
  }

  @Test("a gated model is refused with its page and the variable to set", arguments: [nil, "hf_wrong"])
  func gated(token: String?) async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave {
        $0.requiredToken = "hf_right"
        $0.isGated = true
      }
      let error = await #expect(throws: HubError.self) {
        try await tiny.pull(environment: token.map { ["HF_TOKEN": $0] } ?? [:])
      }
      let page = tiny.hub.hub.address + "/org/tiny"
      #expect(error == .gated(repository: "org/tiny", page: page, hasToken: token != nil))
      #expect(error?.description.contains(page) == true)
      #expect(error?.description.contains("HF_TOKEN") == (token == nil))
    }
  }

  @Test("a model that does not exist, or is private, is not found")
  func missing() async throws {
    try await TinyRepository.run { tiny in
      tiny.hub.behave { $0.isMissing = true }
      let error = await #expect(throws: HubError.self) { try await tiny.pull() }
      guard case .repositoryNotFound("org/tiny", _, false) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("a revision and a file that do not exist are named")
  func missingParts() async throws {
    try await TinyRepository.run { tiny in
      await #expect(throws: HubError.revisionNotFound(repository: "org/tiny", revision: "v9")) {
        try await tiny.pull("hf:org/tiny@v9")
      }
      await #expect(throws: HubError.fileNotFound(repository: "org/tiny", file: "no.gguf")) {
        try await tiny.pull("hf:org/tiny/no.gguf")
      }
    }
  }

  @Test("a server that is no hub is called so")
  func notAHub() async throws {
    let server = try await LocalServer { _ in .init(body: Array("<html>".utf8)) }
    try await withTemporaryDirectory { directory in
      let settings = try HubSettings(environment: ["HF_ENDPOINT": server.address, "HF_HOME": directory.path])
      let error = await #expect(throws: HubError.self) {
        _ = try await ModelHub(settings: settings).pull(HubReference("hf:a/b")) { _ in }
      }
      #expect(error?.description.contains("HF_ENDPOINT") == true)
    }
    try await server.stop()
  }

  @Test("where nobody listens the host is named")
  func noServer() async throws {
    let server = try await LocalServer { _ in .init() }
    try await server.stop()
    try await withTemporaryDirectory { directory in
      var settings = try HubSettings(environment: ["HF_ENDPOINT": server.address, "HF_HOME": directory.path])
      settings.attempts = 1
      let error = await #expect(throws: HubError.self) {
        _ = try await ModelHub(settings: settings).pull(HubReference("hf:a/b")) { _ in }
      }
      guard case .noConnection("127.0.0.1", _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }
}
