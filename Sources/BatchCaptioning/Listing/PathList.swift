import Datasets
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Paths from a file or a pipe: one a line (LF or CRLF), or each followed by a NUL. Empty paths are left out.
///
/// The beginning decides which: if there is a NUL among the bytes read until the first line end, NULs separate. A byte
/// order mark before the first path is dropped. A list in UTF-16, as PowerShell writes it, is converted to UTF-8.
/// Memory is that of one piece.
final class PathList {
  /// The longest path in bytes; no system takes longer ones.
  private static let maximumByteCount = 64 << 10
  private static let pieceByteCount = 64 << 10

  private let name: String
  private let file: FileDescriptor
  private let ownsFile: Bool
  private let checkpoint: Checkpoint
  private var buffer: [UInt8] = []
  /// The index in `buffer` at which the next path begins.
  private var start = 0
  private var number = 0
  private var separator: UInt8?
  /// The decoder of a list in UTF-16.
  private var decoder: UTF16Decoder?
  private var isAtEnd = false

  /// - Throws: `ImageListingError.unreadableList`.
  init(_ list: ImageListing.ListFile, checkpoint: Checkpoint) throws(ImageListingError) {
    self.checkpoint = checkpoint
    switch list {
    case .standardInput:
      name = "standard input"
      file = .standardInput
      ownsFile = false
    case .file(let path):
      name = path.text
      do {
        file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      } catch {
        throw .unreadableList(path: name, reason: "\(error)")
      }
      ownsFile = true
    }
  }

  /// Checks that there is such a file, without opening it: it may be a pipe, which can be opened only once.
  ///
  /// - Throws: `ImageListingError.unreadableList`.
  static func check(_ path: FilePath) throws(ImageListingError) {
    let reason: String
    do throws(Errno) {
      if try FileStatus(path).kind != .directory { return }
      reason = "it is a directory; give it without --from-file"
    } catch {
      reason = "\(error)"
    }
    throw .unreadableList(path: path.text, reason: reason)
  }

  deinit {
    if ownsFile { try? file.close() }
  }

  /// - Returns: a path's bytes, of which there is at least one.
  /// - Throws: `ImageListingError`, `CancellationError`.
  func next() throws -> [UInt8]? {
    let separator = try findSeparator()
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: separator) {
        let path = path(buffer[start..<end])
        start = end + 1
        searched = start
        if !path.isEmpty { return path }
        continue
      }
      searched = buffer.count
      guard buffer.count - start <= Self.maximumByteCount else {
        throw ImageListingError.lineTooLong(path: name, line: number + 1, limit: Self.maximumByteCount)
      }
      if isAtEnd {
        let path = path(buffer[start...])
        start = buffer.count
        return path.isEmpty ? nil : path
      }
      searched -= start
      try readPiece()
    }
  }

  private func path(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    number += 1
    var bytes = bytes
    if number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if separator == 0x0A {
      if bytes.last == 0x0D { bytes.removeLast() }
      // No path holds a NUL.
      bytes = bytes.prefix { $0 != 0 }
    }
    return Array(bytes)
  }

  private func findSeparator() throws -> UInt8 {
    if let separator { return separator }
    try findEncoding()
    while !buffer.contains(0), !buffer.contains(0x0A), !isAtEnd, buffer.count <= Self.maximumByteCount {
      try readPiece()
    }
    let found: UInt8 = buffer.contains(0) ? 0 : 0x0A
    separator = found
    return found
  }

  /// Finds the encoding, and converts what was read of a list in UTF-16 to UTF-8.
  private func findEncoding() throws {
    while !isAtEnd, buffer.isEmpty || WideText.mayBegin(buffer[...]) { try readPiece() }
    switch WideText(head: buffer[...]) {
    case .utf16(let isBigEndian):
      var decoder = UTF16Decoder(isBigEndian: isBigEndian)
      buffer = decoder.decode(buffer[...]) + (isAtEnd ? decoder.finish() : [])
      self.decoder = decoder
    case .utf32: throw ImageListingError.wideList(path: name)
    case nil: return
    }
  }

  /// Appends the next piece to `buffer`, dropping what was taken.
  private func readPiece() throws {
    buffer.removeFirst(start)
    start = 0
    let before = buffer.count
    try readBytes()
    guard var decoder else { return }
    let text = isAtEnd ? decoder.finish() : decoder.decode(buffer[before...])
    buffer.replaceSubrange(before..., with: text)
    self.decoder = decoder
  }

  private func readBytes() throws {
    try waitForInput()
    let before = buffer.count
    buffer += [UInt8](repeating: 0, count: Self.pieceByteCount)
    var count = 0
    defer { buffer.removeLast(buffer.count - before - count) }
    do {
      count = try buffer.withUnsafeMutableBytes {
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[before...]))
      }
    } catch {
      throw ImageListingError.unreadableList(path: name, reason: "\(error)")
    }
    isAtEnd = count == 0
  }

  /// Waits for input, since a pipe's writer may take long; the run can be cancelled meanwhile.
  private func waitForInput() throws {
    while true {
      try checkpoint.ask()
      var waiting = pollfd(fd: file.rawValue, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, 200) > 0 { return }
    }
  }
}
