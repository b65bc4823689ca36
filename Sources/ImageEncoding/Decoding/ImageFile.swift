import Tensors

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Reading a whole file, or standard input, into our own memory, with an upper bound.
///
/// Not memory-mapped: a file that another process shortens meanwhile would then end this one.
package enum ImageFile {
  /// - Parameter path: `-` is standard input. Addresses (`https:` …) are refused.
  /// - Parameter limit: the most bytes that are read.
  /// - Returns: the content, which is not empty and begins as a decodable format does; any other file is not read to
  ///   its end.
  package static func read(path: String, limit: Int) throws(ImageDecodingError) -> [UInt8] {
    if path == "-" { return try read(descriptor: STDIN_FILENO, named: path, limit: limit, expected: 0) }
    if let scheme = urlScheme(path) { throw ImageDecodingError(file: path, cause: .url(scheme: scheme)) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      throw ImageDecodingError(file: path, cause: cause(ofOpening: code))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ImageDecodingError(file: path, cause: .unreadable(message(errno)))
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw ImageDecodingError(file: path, cause: .directory) }
    return try read(descriptor: descriptor, named: path, limit: limit, expected: Int(status.st_size))
  }

  /// The scheme where `path` is an address: `https://…`, `file:…`, `data:…`.
  static func urlScheme(_ path: String) -> String? {
    guard let colon = path.firstIndex(of: ":") else { return nil }
    let scheme = path[..<colon].lowercased()
    guard let first = scheme.utf8.first, first >= 0x61, first <= 0x7A, scheme.utf8.count > 1 else { return nil }
    let isScheme = scheme.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte)
    }
    guard isScheme else { return nil }
    let known = ["http", "https", "ftp", "ftps", "sftp", "file", "data", "s3", "gs"]
    return known.contains(scheme) || path[colon...].hasPrefix("://") ? scheme : nil
  }

  /// - Parameter expected: how many bytes there seem to be; 0 where that is not known.
  package static func read(
    descriptor: Int32, named name: String, limit: Int, expected: Int
  ) throws(ImageDecodingError) -> [UInt8] {
    if expected > limit { throw ImageDecodingError(file: name, cause: .fileTooLarge(limit: limit)) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 128 << 10)
    var isSniffed = false
    while true {
      let got = piece.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
      if got < 0 {
        if errno == EINTR { continue }
        throw ImageDecodingError(file: name, cause: .unreadable(message(errno)))
      }
      if content.count + got > content.capacity {
        // Room for the old and the new buffer, the new one twice as large, as arrays grow.
        let capacity = max(isSniffed ? expected : 0, 2 * content.capacity)
        guard Memory.allows(content.count + capacity) else {
          throw ImageDecodingError(file: name, cause: .noMemoryToRead(byteCount: max(expected, content.count + got)))
        }
      }
      content.append(contentsOf: piece[..<got])
      if !isSniffed && (got == 0 || content.count >= ImageFormat.signatureLength) {
        _ = try format(of: content, named: name)
        isSniffed = true
        guard Memory.allows(expected) else {
          throw ImageDecodingError(file: name, cause: .noMemoryToRead(byteCount: expected))
        }
        content.reserveCapacity(expected)
      }
      if content.count > limit { throw ImageDecodingError(file: name, cause: .fileTooLarge(limit: limit)) }
      if got == 0 { return content }
    }
  }

  /// The decodable format that `content` begins with, or the error that says why there is none.
  static func format(of content: [UInt8], named name: String) throws(ImageDecodingError) -> ImageFormat {
    if content.isEmpty { throw ImageDecodingError(file: name, cause: .empty) }
    guard let format = content.withUnsafeBytes({ ImageFormat(sniffing: $0) }) else {
      throw ImageDecodingError(file: name, cause: .notAnImage)
    }
    guard format.isDecodable else { throw ImageDecodingError(file: name, format: format, cause: .refusedFormat) }
    return format
  }

  private static func cause(ofOpening code: Int32) -> ImageDecodingError.Cause {
    switch code {
    case ENOENT: .notFound
    case EMFILE, ENFILE: .tooManyOpenFiles
    default: .unreadable(message(code))
    }
  }

  private static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
