import Digests
import Synchronization

/// One repository as the Hugging Face hub serves it: large files lie on another server, to which the hub redirects.
package final class LocalHub: Sendable {
  package static let commit = "0123456789abcdef0123456789abcdef01234567"

  package struct File: Sendable {
    package let bytes: [UInt8]
    package let isLarge: Bool

    package init(_ bytes: [UInt8], isLarge: Bool = false) {
      self.bytes = bytes
      self.isLarge = isLarge
    }

    package init(_ text: String) { self.init(Array(text.utf8)) }

    /// What the hub names it by: SHA-256, or of small files git's SHA-1.
    package var etag: String {
      let hash =
        isLarge
        ? MessageDigest.hash(bytes) : MessageDigest.hash(Array("blob \(bytes.count)\0".utf8) + bytes, .sha1)
      return Hexadecimal.text(hash)
    }
  }

  /// How the servers behave.
  package struct Behaviour: Sendable {
    /// Who does not send it gets 401.
    package var requiredToken: String?
    package var isGated = false
    package var isMissing = false
    /// Ranges are ignored: always the whole file.
    package var ignoresRanges = false
    /// The content of large files is not what their hash says.
    package var corrupts = false
    /// That many bytes more than the hub says are sent of large files.
    package var appends = 0
    /// Connections to the store break after that many bytes, that many times.
    package var breaks: (after: Int, times: Int) = (0, 0)
    /// Connections to the store stay, but nothing comes after that many bytes.
    package var stallsAfter: Int?
    /// That many requests are answered with 503 first.
    package var failures = 0

    package init() {}
  }

  package let repository: String
  package let files: [String: File]
  private let state: State
  package let hub: LocalServer
  package let store: LocalServer

  fileprivate final class State: Sendable {
    let behaviour: Mutex<Behaviour>
    init(_ behaviour: Behaviour) { self.behaviour = Mutex(behaviour) }
  }

  package init(
    repository: String = "org/tiny", files: [String: File], behaviour: Behaviour = Behaviour()
  ) async throws {
    let state = State(behaviour)
    let store = try await LocalServer { request in
      guard let name = request.path.split(separator: "?").first?.dropFirst(), let file = files[String(name)] else {
        return .init(status: 404)
      }
      return Self.content(file, request, state)
    }
    let storeAddress = store.address
    hub = try await LocalServer { request in
      Self.answer(request, repository, files, state, store: storeAddress)
    }
    self.store = store
    self.state = state
    self.repository = repository
    self.files = files
  }

  package func behave(_ change: (inout Behaviour) -> Void) { state.behaviour.withLock { change(&$0) } }

  package func stop() async throws {
    try await hub.stop()
    try await store.stop()
  }

  private static func answer(
    _ request: LocalServer.Request, _ repository: String, _ files: [String: File], _ state: State, store: String
  ) -> LocalServer.Response {
    let behaviour = state.behaviour.withLock { behaviour in
      defer { behaviour.failures -= 1 }
      return behaviour
    }
    if behaviour.failures > 0 { return .init(status: 503) }
    if let token = behaviour.requiredToken, request["authorization"] != "Bearer \(token)" {
      return .init(status: 401, headers: ["X-Error-Code": behaviour.isGated ? "GatedRepo" : "RepoNotFound"])
    }
    if behaviour.isMissing { return .init(status: 404, headers: ["X-Error-Code": "RepoNotFound"]) }
    if request.path == "/api/models/\(repository)/revision/main" {
      let siblings = files.keys.sorted().map { "{\"rfilename\":\"\($0)\"}" }.joined(separator: ",")
      return .init(body: Array("{\"id\":\"\(repository)\",\"sha\":\"\(commit)\",\"siblings\":[\(siblings)]}".utf8))
    }
    if request.path.hasPrefix("/api/") { return .init(status: 404, headers: ["X-Error-Code": "RevisionNotFound"]) }
    let prefix = "/\(repository)/resolve/\(commit)/"
    guard request.path.hasPrefix(prefix) else { return .init(status: 404) }
    let name = String(request.path.dropFirst(prefix.count))
    guard let file = files[name] else { return .init(status: 404, headers: ["X-Error-Code": "EntryNotFound"]) }
    guard file.isLarge else {
      var response = content(file, request, state)
      response.headers.merge(["X-Repo-Commit": commit, "ETag": "\"\(file.etag)\""]) { $1 }
      return response
    }
    return .init(
      status: 302,
      headers: [
        "X-Repo-Commit": commit, "X-Linked-Etag": "\"\(file.etag)\"", "X-Linked-Size": "\(file.bytes.count)",
        "Location": "\(store)/\(name)?Signature=secret",
      ])
  }

  private static func content(_ file: File, _ request: LocalServer.Request, _ state: State) -> LocalServer.Response {
    let (behaviour, breaks) = state.behaviour.withLock { behaviour in
      let breaks = file.isLarge && behaviour.breaks.times > 0
      if breaks { behaviour.breaks.times -= 1 }
      return (behaviour, breaks)
    }
    var response = LocalServer.Response(body: file.bytes)
    if behaviour.corrupts, file.isLarge { response.body[file.bytes.count / 2] ^= 1 }
    if file.isLarge { response.body += [UInt8](repeating: 0, count: behaviour.appends) }
    if !behaviour.ignoresRanges, let range = request["range"],
      let start = Int(range.dropFirst("bytes=".count).dropLast())
    {
      guard start < file.bytes.count else { return .init(status: 416) }
      response.status = 206
      response.headers["Content-Range"] = "bytes \(start)-\(file.bytes.count - 1)/\(file.bytes.count)"
      response.body.removeFirst(start)
    }
    if breaks { response.breaksAfter = behaviour.breaks.after }
    if file.isLarge { response.stallsAfter = behaviour.stallsAfter }
    return response
  }
}
