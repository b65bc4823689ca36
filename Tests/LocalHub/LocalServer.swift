import Foundation
import Synchronization

/// An HTTP server on a free port of 127.0.0.1 that answers as a closure says and remembers what it was asked.
package final class LocalServer: Sendable {
  package struct Request: Sendable {
    package let method: String
    /// With the query; the whole address where the server is asked as a proxy.
    package let path: String
    package let headers: [String: String]

    /// - Parameter name: in lower case.
    package subscript(name: String) -> String? { headers[name] }
  }

  package struct Response: Sendable {
    package var status: Int
    package var headers: [String: String]
    package var body: [UInt8]
    /// The connection ends after that much of the body, as one does that breaks.
    package var breaksAfter: Int?
    /// Nothing comes after that much of the body, but the connection stays.
    package var stallsAfter: Int?

    package init(status: Int = 200, headers: [String: String] = [:], body: [UInt8] = [], breaksAfter: Int? = nil) {
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

  package init(_ answer: @escaping @Sendable (Request) -> Response) async throws {
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

  package var address: String { "http://127.0.0.1:\(port)" }

  /// In the order in which they came.
  package var requests: [Request] { log.requests.withLock { $0 } }

  package func forgetRequests() { log.requests.withLock { $0 = [] } }

  package func stop() async throws { listener.shutDown() }
}
