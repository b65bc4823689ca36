import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a free port of 127.0.0.1 that answers as a closure says and remembers what it was asked.
public final class LocalServer: Sendable {
  public struct Request: Sendable {
    public let method: String
    /// With the query.
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

  private let channel: any Channel
  private let log: Log

  fileprivate final class Log: Sendable {
    let requests = Mutex<[Request]>([])
  }

  public init(_ answer: @escaping @Sendable (Request) -> Response) async throws {
    let log = Log()
    self.log = log
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(log: log, answer: answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  public var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

  /// In the order in which they came.
  public var requests: [Request] { log.requests.withLock { $0 } }

  public func forgetRequests() { log.requests.withLock { $0 = [] } }

  public func stop() async throws { try await channel.close() }
}

private final class Handler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let log: LocalServer.Log
  private let answer: @Sendable (LocalServer.Request) -> LocalServer.Response

  init(log: LocalServer.Log, answer: @escaping @Sendable (LocalServer.Request) -> LocalServer.Response) {
    self.log = log
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(let head) = unwrapInboundIn(data) else { return }
    let request = LocalServer.Request(
      method: head.method.rawValue, path: head.uri,
      headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { $1 })
    log.requests.withLock { $0.append(request) }
    let response = answer(request)
    var headers = HTTPHeaders(response.headers.map { ($0, $1) })
    if !headers.contains(name: "Content-Length") {
      headers.add(name: "Content-Length", value: "\(response.body.count)")
    }
    let status = HTTPResponseStatus(statusCode: response.status)
    context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
    let body = head.method == .HEAD ? [] : response.body.prefix(response.breaksAfter ?? response.stallsAfter ?? .max)
    if !body.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    }
    if response.stallsAfter != nil, head.method != .HEAD {
      context.flush()
    } else if response.breaksAfter != nil, head.method != .HEAD {
      context.flush()
      context.close(promise: nil)
    } else {
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
