import Foundation
import LocalHub
import ModelHub
import TestSupport
import Testing

@Suite("Proxies")
struct HubProxyTests {
  /// What a proxy is asked for, where it answers as `answer` says, and how the pull through it fails.
  private func pull(
    proxy address: (String) -> String, _ answer: LocalServer.Response
  ) async throws -> (requests: [LocalServer.Request], error: HubError?) {
    let proxy = try await LocalServer { _ in answer }
    var error: HubError?
    try await withTemporaryDirectory { directory in
      var settings = try HubSettings(environment: [
        "HF_ENDPOINT": "http://hub.example", "HF_HOME": directory.path, "http_proxy": address(proxy.address),
      ])
      settings.attempts = 1
      error = await #expect(throws: HubError.self) {
        _ = try await ModelHub(settings: settings).pull(HubReference("hf:a/b")) { _ in }
      }
    }
    try await proxy.stop()
    return (proxy.requests, error)
  }

  private let missing = LocalServer.Response(status: 404, headers: ["X-Error-Code": "RepoNotFound"])

  @Test("the proxy is asked for the hub's address")
  func address() async throws {
    let (requests, error) = try await pull(proxy: { $0 }, missing)
    #expect(requests.map(\.path) == ["http://hub.example/api/models/a/b/revision/main"])
    #expect(requests.first?["proxy-authorization"] == nil)
    guard case .repositoryNotFound("a/b", _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("user and password of the variable are sent to the proxy, also with characters that are encoded there")
  func credentials() async throws {
    let (requests, _) = try await pull(
      proxy: { $0.replacingOccurrences(of: "://", with: "://me:p%40ss@") }, missing)
    let expected = "Basic " + Data("me:p@ss".utf8).base64EncodedString()
    #expect(requests.map { $0["proxy-authorization"] } == [expected])
  }

  @Test("where the proxy asks for a user and a password the message names it and the variable, and no password")
  func refusal() async throws {
    let (requests, error) = try await pull(
      proxy: { $0.replacingOccurrences(of: "://", with: "://me:secret@") }, .init(status: 407))
    #expect(requests.count == 1)
    guard case .refusedByProxy(let proxy, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(proxy.hasPrefix("http://127.0.0.1:"))
    #expect(error?.description.contains("http://user:password@host:8080") == true)
    #expect(error?.description.contains("secret") == false)
  }

  @Test("a proxy that refuses a connection to an https hub because of its user is named")
  func refusedTunnel() async throws {
    let proxy = try await LocalServer { _ in .init(status: 407) }
    try await withTemporaryDirectory { directory in
      let settings = try HubSettings(environment: [
        "HF_ENDPOINT": "https://hub.example", "HF_HOME": directory.path, "https_proxy": proxy.address,
      ])
      await #expect(throws: HubError.refusedByProxy(proxy: proxy.address, reason: "")) {
        do {
          _ = try await ModelHub(settings: settings).pull(HubReference("hf:a/b")) { _ in }
        } catch HubError.refusedByProxy(let proxy, let reason) {
          #expect(reason.contains("407"))
          throw HubError.refusedByProxy(proxy: proxy, reason: "")
        }
      }
    }
    #expect(proxy.requests.map(\.method) == ["CONNECT"])
    try await proxy.stop()
  }
}
