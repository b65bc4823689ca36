#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Requests to the hub, and to the servers that it redirects to.
struct HubTransport: Sendable {
  let client: HTTPClient
  let settings: HubSettings

  static let maximumRedirects = 10

  /// Which redirects are followed.
  enum Following {
    /// Within the hub (a model that was renamed), and to the stores that keep its large files.
    case everywhere
    /// Within the hub: its description of a file is in its own answer.
    case hub
  }

  /// An answer, to be read before the next request.
  struct Answer {
    let url: URL
    let status: Int
    let headers: HTTPHeaders
    fileprivate let transport: HubTransport

    /// More of the body; `nil` at its end.
    ///
    /// - Throws: as `send` does.
    func next() async throws -> [UInt8]? {
      do {
        return try await transport.client.next()
      } catch let failure as HTTPClient.Failure {
        throw transport.error(failure, url)
      }
    }

    /// - Throws: as `send` does; `HubError.notAHub` where the body is longer than `limit`.
    func collect(upTo limit: Int) async throws -> [UInt8] {
      var bytes: [UInt8] = []
      while let piece = try await next() {
        bytes += piece
        guard bytes.count <= limit else {
          throw HubError.notAHub(url: HubTransport.shown(url), problem: "an answer of more than \(limit >> 20) MB")
        }
      }
      return bytes
    }
  }

  /// A request that may succeed another time.
  struct TransientFailure: Error {
    let cause: HubError
    /// The pause that the server asks for.
    var pause: Duration?
  }

  /// - Parameters:
  ///   - offset: the first byte that is wanted.
  ///   - isHead: whether all but the body is wanted.
  /// - Throws: `TransientFailure`, `HubError`, `CancellationError`.
  func send(
    _ url: URL, from offset: Int = 0, isHead: Bool = false, following: Following = .everywhere
  ) async throws -> Answer {
    var url = url
    for _ in 0...Self.maximumRedirects {
      let head = try await execute(request(url, from: offset, isHead: isHead), url)
      let status = head.status
      if status == 408 || status == 429 || status >= 500 {
        throw TransientFailure(
          cause: .serverError(url: Self.shown(url), status: status), pause: Self.pause(head.headers))
      }
      if status == 407 { throw error(.init(problem: .proxy, reason: "it answers with status 407"), url) }
      let answer = Answer(url: url, status: status, headers: head.headers, transport: self)
      guard [301, 302, 303, 307, 308].contains(status), let location = head.headers["Location"] else { return answer }
      guard let next = URL(string: location, relativeTo: url)?.absoluteURL, let scheme = next.scheme,
        next.host() != nil,
        scheme == "https" || scheme == "http" && url.scheme == "http"
      else { throw HubError.notAHub(url: Self.shown(url), problem: "a redirect leads nowhere") }
      if following == .hub, !isHub(next) { return answer }
      url = next
    }
    throw HubError.notAHub(url: Self.shown(url), problem: "more than \(Self.maximumRedirects) redirects")
  }

  private func request(_ url: URL, from offset: Int, isHead: Bool) -> HTTPClient.Request {
    var request = HTTPClient.Request(url: url.absoluteString, isHead: isHead)
    request.proxy = settings.proxies.proxy(for: url)
    request.certificateFile = settings.certificateFile
    request.certificateDirectory = settings.certificateDirectory
    request.stallTimeout = settings.stallTimeout
    // Uncompressed, so that sizes and offsets are those of the content itself.
    request.headers = ["User-Agent: caption", "Accept-Encoding: identity"]
    if offset > 0 { request.headers.append("Range: bytes=\(offset)-") }
    // Nobody else may see the token.
    if let token = settings.token, isHub(url) { request.headers.append("Authorization: Bearer \(token)") }
    return request
  }

  private func execute(_ request: HTTPClient.Request, _ url: URL) async throws -> HTTPClient.Head {
    do {
      return try await client.send(request)
    } catch let failure as HTTPClient.Failure {
      throw error(failure, url)
    }
  }

  /// A `HubError` where trying again is of no use, otherwise a `TransientFailure`.
  private func error(_ failure: HTTPClient.Failure, _ url: URL) -> any Error {
    let host = url.host() ?? Self.shown(url)
    switch failure.problem {
    case .connection: return TransientFailure(cause: .noConnection(host: host, reason: failure.reason))
    case .certificate: return HubError.untrustedCertificate(host: host, reason: failure.reason)
    case .proxy:
      let proxy = settings.proxies.proxy(for: url).map(ProxySettings.shown) ?? host
      return HubError.refusedByProxy(proxy: proxy, reason: failure.reason)
    }
  }

  /// Calls `body` until it succeeds or fails for good, with pauses that double.
  ///
  /// - Throws: the error that `body` throws; for a `TransientFailure` its cause.
  func retrying<Result>(_ body: () async throws -> Result) async throws -> Result {
    var attempt = 1
    while true {
      do {
        return try await body()
      } catch let failure as TransientFailure {
        if attempt >= settings.attempts { throw failure.cause }
        try await pause(afterAttempt: attempt, failure)
        attempt += 1
      }
    }
  }

  func pause(afterAttempt attempt: Int, _ failure: TransientFailure) async throws {
    try await Task.sleep(for: failure.pause ?? settings.firstPause * (1 << min(attempt - 1, 6)))
  }

  private static let longestPause = 120

  private static func pause(_ headers: HTTPHeaders) -> Duration? {
    guard let seconds = headers["Retry-After"].flatMap({ Int($0) }), seconds >= 0 else { return nil }
    return .seconds(min(seconds, longestPause))
  }

  private func isHub(_ url: URL) -> Bool {
    let hub = settings.endpoint
    return url.scheme == hub.scheme && url.host() == hub.host() && url.port == hub.port
  }

  /// The URL without its query: that of a store holds a signature.
  static func shown(_ url: URL) -> String {
    url.absoluteString.split(separator: "?", maxSplits: 1).first.map(String.init) ?? ""
  }
}
