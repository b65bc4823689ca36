/// One connection to a server: requests without a body, one after the other (HTTP/1.1).
struct LocalConnection {
  let socket: LocalSocket

  /// Until the client closes it, or an answer wants it broken.
  func serve(_ answer: (LocalServer.Request) -> LocalServer.Response) {
    var received: [UInt8] = []
    while let request = next(&received) {
      guard send(answer(request), to: request) else { break }
    }
    socket.shutDown()
  }

  private func next(_ received: inout [UInt8]) -> LocalServer.Request? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let head = received.firstRange(of: end) {
        defer { received.removeSubrange(..<head.upperBound) }
        return request(String(decoding: received[..<head.lowerBound], as: UTF8.self))
      }
      let bytes = socket.read()
      if bytes.isEmpty { return nil }
      received += bytes
    }
  }

  private func request(_ head: String) -> LocalServer.Request? {
    // "\r\n" is one character.
    let lines = head.split(separator: "\r\n")
    guard let words = lines.first?.split(separator: " "), words.count == 3 else { return nil }
    let fields = lines.dropFirst().compactMap { line -> (String, String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (line[..<colon].lowercased(), String(line[colon...].dropFirst().drop { $0 == " " }))
    }
    return .init(method: String(words[0]), path: String(words[1]), headers: Dictionary(fields) { $1 })
  }

  /// `false` where nothing may follow.
  private func send(_ response: LocalServer.Response, to request: LocalServer.Request) -> Bool {
    var head = "HTTP/1.1 \(response.status) Answer\r\n"
    for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
    if response.headers["Content-Length"] == nil { head += "Content-Length: \(response.body.count)\r\n" }
    guard socket.write(Array((head + "\r\n").utf8)) else { return false }
    if request.method == "HEAD" { return true }
    guard socket.write(response.body.prefix(response.breaksAfter ?? response.stallsAfter ?? .max)) else { return false }
    // Until the client has had enough.
    if response.stallsAfter != nil { while !socket.read().isEmpty {} }
    return response.stallsAfter == nil && response.breaksAfter == nil
  }
}
