import AsyncHTTPClient
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Requests to the hub, and to where it sends them on.
struct HubTransport: Sendable {
  let client: HTTPClient
  let settings: HubSettings

  static let maximumRedirects = 10

  /// Where redirects are followed to.
  enum Following {
    /// Within the hub (a model that was renamed), and to the stores that keep its large files.
    case everywhere
    /// Within the hub: what it says of a file stands in its own answer.
    case hub
  }

  struct Answer {
    let status: UInt
    let headers: HTTPHeaders
    let body: HTTPClientResponse.Body
  }

  /// A request that may succeed another time.
  struct TransientFailure: Error {
    let cause: HubError
    /// As the server asks.
    var pause: Duration?
  }

  /// - Parameter offset: the first byte that is wanted.
  /// - Throws: `TransientFailure`, `HubError.notAHub`, `CancellationError`.
  func send(
    _ method: HTTPMethod, _ url: URL, from offset: Int = 0, following: Following = .everywhere
  ) async throws -> Answer {
    var url = url
    for _ in 0...Self.maximumRedirects {
      let response = try await execute(request(method, url, from: offset), url)
      let status = response.status.code
      if status == 408 || status == 429 || status >= 500 {
        throw TransientFailure(
          cause: .serverError(url: Self.shown(url), status: Int(status)), pause: Self.pause(response.headers))
      }
      let answer = Answer(status: status, headers: response.headers, body: response.body)
      guard [301, 302, 303, 307, 308].contains(status), let location = response.headers.first(name: "Location") else {
        return answer
      }
      guard let next = URL(string: location, relativeTo: url)?.absoluteURL, let scheme = next.scheme,
        next.host() != nil,
        scheme == "https" || scheme == "http" && url.scheme == "http"
      else { throw HubError.notAHub(url: Self.shown(url), problem: "a redirect leads nowhere") }
      if following == .hub, !isHub(next) { return answer }
      url = next
    }
    throw HubError.notAHub(url: Self.shown(url), problem: "more than \(Self.maximumRedirects) redirects")
  }

  private func request(_ method: HTTPMethod, _ url: URL, from offset: Int) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: url.absoluteString)
    request.method = method
    request.headers.add(name: "User-Agent", value: "caption")
    // Sizes and places are those of the content itself.
    request.headers.add(name: "Accept-Encoding", value: "identity")
    if offset > 0 { request.headers.add(name: "Range", value: "bytes=\(offset)-") }
    // Nobody else may see the token.
    if let token = settings.token, isHub(url) { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    return request
  }

  private func execute(_ request: HTTPClientRequest, _ url: URL) async throws -> HTTPClientResponse {
    do {
      return try await client.execute(request, deadline: .distantFuture)
    } catch {
      throw try Self.connectionFailure(error, url)
    }
  }

  /// What a broken connection is, to whoever may try again.
  ///
  /// - Throws: `CancellationError` where the task was cancelled: that is why it broke.
  static func connectionFailure(_ error: any Error, _ url: URL) throws -> TransientFailure {
    if error is CancellationError || Task.isCancelled { throw CancellationError() }
    let reason = (error as? HTTPClientError)?.shortDescription ?? String("\(error)".prefix(200))
    return TransientFailure(cause: .noConnection(host: url.host() ?? shown(url), reason: reason))
  }

  /// Calls `body` until it succeeds or fails for good, with pauses that double.
  ///
  /// - Throws: what `body` throws; of a `TransientFailure` its cause.
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
    guard let seconds = headers.first(name: "Retry-After").flatMap({ Int($0) }), seconds >= 0 else { return nil }
    return .seconds(min(seconds, longestPause))
  }

  private func isHub(_ url: URL) -> Bool {
    let hub = settings.endpoint
    return url.scheme == hub.scheme && url.host() == hub.host() && url.port == hub.port
  }

  /// Without its query: that of a store holds a signature.
  static func shown(_ url: URL) -> String {
    url.absoluteString.split(separator: "?", maxSplits: 1).first.map(String.init) ?? ""
  }
}
