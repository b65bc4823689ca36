import CZlib

/// A zip archive (PKWARE's APPNOTE.TXT) read for a few files known by name: wheels are zip archives.
///
/// Nothing the archive declares is believed. Memory is two buffers however large the entries; names, sizes, places and
/// checksums are verified; entries that overlap are refused.
package struct ZipArchive: Sendable {
  package struct Limits: Sendable {
    package var entryCount = 10_000
    package var directoryByteCount = 16 << 20
    package init() {}
  }

  package typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  package let entries: [ZipEntry]
  private let file: InputFile

  package var path: String { file.path }

  /// - Throws: `ZipError`, `FileSystemError`.
  package init(path: String, limits: Limits = Limits()) throws {
    file = try InputFile(path: path)
    entries = try ZipDirectory.entries(of: file, limits: limits)
  }

  /// - Throws: `ZipError.missingEntry`.
  package func entry(named name: String) throws(ZipError) -> ZipEntry {
    // By bytes: `String` would take canonically equivalent names for the same.
    guard let entry = entries.first(where: { $0.name.utf8.elementsEqual(name.utf8) && !$0.isDirectory }) else {
      throw .missingEntry(file: path, entry: name)
    }
    return entry
  }

  /// The whole content of a small entry.
  ///
  /// - Throws: `ZipError`, `FileSystemError`; also where the content is longer than `limit` bytes.
  package func read(_ entry: ZipEntry, limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try extract(entry, limit: limit) { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Hands the content of an entry to `sink`, piece by piece. Only when this returns is the content known to be right.
  ///
  /// - Throws: `ZipError`, `FileSystemError`, what `sink` throws; also where the content is longer than `limit` bytes.
  package func extract(_ entry: ZipEntry, limit: Int, into sink: Sink) throws {
    guard entry.byteCount <= limit else {
      throw ZipError.limitExceeded(file: path, what: "the bytes of \(entry.name)", limit: limit)
    }
    let start = try contentOffset(of: entry)
    var total = 0
    var checksum = crc32(0, nil, 0)
    let checkedSink: Sink = { piece in
      total += piece.count
      // Before the sink sees it: a bomb stops here.
      guard total <= entry.byteCount else { throw damaged(entry, "it is longer than the archive says") }
      checksum = crc32(checksum, piece.assumingMemoryBound(to: UInt8.self).baseAddress, uInt(piece.count))
      try sink(piece)
    }
    switch entry.method {
    case .stored: try copy(entry, from: start, into: checkedSink)
    case .deflate: try decompress(entry, from: start, into: checkedSink)
    }
    guard total == entry.byteCount else { throw damaged(entry, "it is shorter than the archive says") }
    guard UInt32(truncatingIfNeeded: checksum) == entry.crc32 else { throw damaged(entry, "its checksum is wrong") }
  }

  /// Where the bytes of an entry lie in the archive; `nil` where they are compressed.
  ///
  /// - Throws: `ZipError`, `FileSystemError`. The checksum is not verified.
  package func storedRange(of entry: ZipEntry) throws -> Range<Int>? {
    guard entry.method == .stored else { return nil }
    let start = try contentOffset(of: entry)
    return start..<start + entry.byteCount
  }

  /// Reads the local header, which must agree with the central directory.
  private func contentOffset(of entry: ZipEntry) throws -> Int {
    let wrong = damaged(entry, "its local header contradicts the central directory")
    guard let bytes = try file.bytes(at: entry.headerOffset, count: ZipDirectory.localHeaderByteCount) else {
      throw wrong
    }
    var fields = ZipFields(bytes[...])
    guard fields.uint32() == 0x0403_4b50, fields.take(4) != nil, fields.uint16() == entry.method.rawValue,
      fields.take(16) != nil, let nameCount = fields.uint16(), let extraCount = fields.uint16(),
      let name = try file.bytes(at: entry.headerOffset + ZipDirectory.localHeaderByteCount, count: Int(nameCount)),
      name.elementsEqual(entry.name.utf8)
    else { throw wrong }
    let start = entry.headerOffset + ZipDirectory.localHeaderByteCount + Int(nameCount) + Int(extraCount)
    guard start <= entry.endOffset, entry.compressedByteCount <= entry.endOffset - start else { throw wrong }
    return start
  }

  private static let bufferByteCount = 256 << 10

  /// Calls `body` with the compressed bytes, piece by piece.
  private func forEachPiece(
    of entry: ZipEntry, from start: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(Self.bufferByteCount, max(entry.compressedByteCount, 1)), alignment: 16)
    defer { buffer.deallocate() }
    var done = 0
    while done < entry.compressedByteCount {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(entry.compressedByteCount - done))
      guard try file.read(into: piece, at: start + done) == piece.count else {
        throw damaged(entry, "the archive was cut short meanwhile")
      }
      try body(UnsafeRawBufferPointer(piece))
      done += piece.count
    }
  }

  private func copy(_ entry: ZipEntry, from start: Int, into sink: Sink) throws {
    try forEachPiece(of: entry, from: start, sink)
  }

  private func decompress(_ entry: ZipEntry, from start: Int, into sink: Sink) throws {
    guard let inflater = Inflater() else { throw damaged(entry, "there is no memory to decompress it") }
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferByteCount, alignment: 16)
    defer { output.deallocate() }
    var isFinished = false
    try forEachPiece(of: entry, from: start) { piece in
      var rest = piece
      // A full output buffer may leave more inside zlib even where the input is used up.
      var mayHoldMore = true
      while !rest.isEmpty || mayHoldMore {
        guard !isFinished else {
          if rest.isEmpty { return }
          throw damaged(entry, "there are bytes after its compressed content")
        }
        guard let progress = inflater.inflate(rest, into: output) else {
          throw damaged(entry, "its compressed content is invalid")
        }
        if progress.produced > 0 {
          try sink(UnsafeRawBufferPointer(rebasing: output.prefix(progress.produced)))
        }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(progress.consumed))
        mayHoldMore = progress.produced == output.count
        isFinished = progress.isFinished
        guard progress.consumed + progress.produced > 0 || rest.isEmpty else {
          throw damaged(entry, "its compressed content is invalid")
        }
      }
    }
    guard isFinished else { throw damaged(entry, "its compressed content is cut short") }
  }

  private func damaged(_ entry: ZipEntry, _ reason: String) -> ZipError {
    .damagedEntry(file: path, entry: entry.name, reason: reason)
  }
}
