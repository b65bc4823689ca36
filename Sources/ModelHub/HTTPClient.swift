import CCurl
import Dispatch

/// Requests by libcurl, one at a time: the answer to one is read, or given up, before the next is sent.
///
/// libcurl knows proxies of all kinds, the system's certificates and HTTP/2. It is loaded with the first client.
final class HTTPClient: Sendable {
  /// Used by one thread at a time, which the queue ensures. Only cancelling may come from any thread.
  private nonisolated(unsafe) let client: OpaquePointer
  /// The queue on which waiting for the network blocks nothing else.
  private let queue = DispatchQueue(label: "caption.http")

  struct Request: Sendable {
    var url: String
    /// Whether the head of the answer is all that is wanted.
    var isHead = false
    var headers: [String] = []
    /// The address of the proxy with its scheme, and with user and password where it needs them; `nil` for none.
    var proxy: String?
    /// Certificates to trust in place of the system's.
    var certificateFile: String?
    var certificateDirectory: String?
    /// The longest time until there is a connection; whole seconds.
    var connectTimeout: Duration = .seconds(10)
    /// The longest time in which nothing comes; whole seconds.
    var stallTimeout: Duration = .seconds(30)
  }

  struct Head: Sendable {
    let status: Int
    let headers: HTTPHeaders
  }

  /// The request failed.
  struct Failure: Error {
    enum Problem { case connection, certificate, proxy }
    let problem: Problem
    let reason: String
  }

  /// - Throws: `HubError.noHTTPClient`.
  init() throws(HubError) {
    var reason = [CChar](repeating: 0, count: 512)
    guard let client = cc_client_create(&reason, reason.count) else {
      throw .noHTTPClient(reason: reason.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" })
    }
    self.client = client
  }

  deinit { cc_client_free(client) }

  /// - Throws: `Failure`; `CancellationError`, after which this client can no longer be used.
  func send(_ request: Request) async throws -> Head {
    try await onQueue {
      guard self.begin(request) else { throw Failure(problem: .connection, reason: "out of memory") }
      guard try self.receive() == CC_HEAD else { throw Failure(problem: .connection, reason: "an empty answer") }
      var byteCount = 0
      let start = cc_client_head(self.client, &byteCount)
      let lines = String(decoding: UnsafeRawBufferPointer(start: start, count: byteCount), as: UTF8.self)
      return Head(status: cc_client_status(self.client), headers: HTTPHeaders(lines: lines))
    }
  }

  /// More of the body; `nil` at its end.
  ///
  /// - Throws: as `send` does.
  func next() async throws -> [UInt8]? {
    try await onQueue {
      guard try self.receive() == CC_BODY else { return nil }
      var byteCount = 0
      let start = cc_client_body(self.client, &byteCount)
      return [UInt8](UnsafeRawBufferPointer(start: start, count: byteCount))
    }
  }

  private func begin(_ request: Request) -> Bool {
    cc_client_end(client)
    return request.headers.allSatisfy { cc_client_add_header(client, $0) }
      && cc_client_begin(
        client, request.url, request.proxy ?? "", request.certificateFile, request.certificateDirectory,
        cc_options(
          connect_timeout: Int(request.connectTimeout.components.seconds),
          stall_timeout: Int(request.stallTimeout.components.seconds), is_head: request.isHead))
  }

  private func receive() throws -> cc_step {
    let step = cc_client_receive(client)
    switch step {
    case CC_CANCELLED: throw CancellationError()
    case CC_FAILED:
      let problem: Failure.Problem =
        switch cc_client_problem(client) {
        case CC_PROBLEM_CERTIFICATE: .certificate
        case CC_PROBLEM_PROXY: .proxy
        default: .connection
        }
      throw Failure(problem: problem, reason: String(cString: cc_client_reason(client)))
    default: return step
    }
  }

  private func onQueue<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queue.async { continuation.resume(with: Swift.Result { try body() }) }
      }
    } onCancel: {
      cc_client_cancel(client)
    }
  }
}
