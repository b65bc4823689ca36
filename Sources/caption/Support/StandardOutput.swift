#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard output could not be written, by a full disk for example.
struct OutputError: Error, CustomStringConvertible {
  let reason: String
  /// Whether the reader has gone.
  let isBrokenPipe: Bool
  var description: String { "standard output: cannot be written: \(reason); check where it leads" }
}

/// Unbuffered: the reader of a pipe gets each line as soon as it is known.
enum StandardOutput {
  /// - Throws: `OutputError`.
  static func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  /// - Throws: `OutputError`.
  static func write(_ bytes: [UInt8]) throws(OutputError) {
    let code = writeAll(bytes, to: STDOUT_FILENO)
    if code != 0 { throw OutputError(reason: String(cString: strerror(code)), isBrokenPipe: code == EPIPE) }
  }
}

/// Writes whole lines at once, so that those of several writers do not mix; above a live line, where there is one.
func writeToStandardError(_ text: String) {
  LiveLine.write(above: text)
}

/// - Returns: 0, or the `errno` of the write that failed.
func writeAll(_ content: [UInt8], to descriptor: Int32) -> Int32 {
  var bytes = content[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    if count < 0 { return errno }
    bytes = bytes.dropFirst(count)
  }
  return 0
}
