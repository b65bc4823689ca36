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
  var description: String { "standard output: cannot be written: \(reason); check where it leads" }
}

/// Unbuffered: whoever reads a pipe has each line as soon as it is known.
enum StandardOutput {
  /// - Throws: `OutputError`.
  static func write(_ text: String) throws(OutputError) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw OutputError(reason: String(cString: strerror(errno))) }
      bytes = bytes.dropFirst(count)
    }
  }

  #if canImport(Glibc)
    private static func write(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
      Glibc.write(descriptor, base, count)
    }
  #elseif canImport(Musl)
    private static func write(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
      Musl.write(descriptor, base, count)
    }
  #else
    private static func write(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
      Darwin.write(descriptor, base, count)
    }
  #endif
}
