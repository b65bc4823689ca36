import Foundation
import Synchronization

/// An HTTP server on a free port of 127.0.0.1 that answers as a closure says and remembers what it was asked.
public final class LocalServer: Sendable {
  public struct Request: Sendable {
    public let method: String
    /// With the query; the whole address where the server is asked as a proxy.
    public let path: String
    public let headers: [String: String]

    /// - Parameter name: in lower case.
    public subscript(name: String) -> String? { headers[name] }
  }

  public struct Response: Sendable {
    public var status: Int
    public var headers: [String: String]
    public var body: [UInt8]
    /// The connection ends after that much of the body, as one does that breaks.
    public var breaksAfter: Int?
    /// Nothing comes after that much of the body, but the connection stays.
    public var stallsAfter: Int?

    public init(status: Int = 200, headers: [String: String] = [:], body: [UInt8] = [], breaksAfter: Int? = nil) {
      self.status = status
      self.headers = headers
      self.body = body
      self.breaksAfter = breaksAfter
    }
  }

  private let listener: LocalSocket
  private let port: UInt16
  private let log: Log

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
  }

  public init(_ answer: @escaping @Sendable (Request) -> Response) async throws {
    let log = Log()
    let listener = try LocalSocket.listening()
    self.log = log
    self.listener = listener
    port = listener.port
    Thread.detachNewThread {
      // A thread for each connection: there are few.
      while let socket = listener.accept() {
        Thread.detachNewThread {
          LocalConnection(socket: socket).serve { request in
            log.requests.withLock { $0.append(request) }
            return answer(request)
          }
        }
      }
    }
  }

  public var address: String { "http://127.0.0.1:\(port)" }

  /// In the order in which they came.
  public var requests: [Request] { log.requests.withLock { $0 } }

  public func forgetRequests() { log.requests.withLock { $0 = [] } }

  public func stop() async throws { listener.shutDown() }
}
