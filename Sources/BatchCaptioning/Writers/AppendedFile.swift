import ModelFiles

/// The file of an appended output before a run continues it: whether it holds what the journal says, and nothing else.
/// The file is only read.
package struct AppendedFile {
  /// The position to continue from; `nil` begins anew.
  package let position: OutputPosition?
  /// The digest of what comes before that position.
  package let digest: RunningDigest?
  /// The bytes that the last row lacks.
  package let completion: [UInt8]

  private init(position: OutputPosition?, digest: RunningDigest? = nil, completion: [UInt8] = []) {
    self.position = position
    self.digest = digest
    self.completion = completion
  }

  /// - Parameters:
  ///   - position: what the journal says; `nil` where it knows of nothing in it.
  ///   - pending: what a run was about to write when it ended.
  /// - Returns: `nil` where the file is gone.
  /// - Throws: `BatchError.changedOutput` if the file has what no run wrote, or lacks what one did; `FileSystemError`.
  package init?(path: String, format: any RowFormat, position: OutputPosition?, pending: PendingBytes?) throws {
    guard try Self.byteCount(path) != nil else {
      if position != nil { return nil }
      self.init(position: nil)
      return
    }
    let file = try InputFile(path: path)
    let pendingBytes = { (offset: Int) -> [UInt8] in pending.flatMap { $0.offset == offset ? $0.bytes : nil } ?? [] }
    guard let position else {
      let header = format.header
      let own = [header + format.footer, header + pendingBytes(header.count) + format.footer]
      guard try Self.isOwn(file, from: 0, own) else {
        throw BatchError.changedOutput(path: path, problem: "holds what no run of caption wrote")
      }
      self.init(position: nil)
      return
    }
    if let replacement = pending?.replacement, let digest = try Self.digest(of: file, at: replacement),
      try Self.isOwn(file, from: replacement.byteCount, [format.footer])
    {
      self.init(position: replacement, digest: digest)
      return
    }
    if file.byteCount < position.byteCount {
      throw BatchError.shortOutput(path: path, found: file.byteCount, expected: position.byteCount)
    }
    guard let digest = try Self.digest(of: file, at: position) else {
      throw BatchError.changedOutput(path: path, problem: "was changed after a run of caption wrote it")
    }
    let own = [format.footer, pendingBytes(position.byteCount) + format.footer]
    guard try Self.isOwn(file, from: position.byteCount, own) else {
      throw BatchError.changedOutput(path: path, problem: "holds more than runs of caption wrote")
    }
    self.init(position: position, digest: digest)
  }

  /// The digest of the file up to the position; `nil` where the file is not as the position says.
  private static func digest(of file: InputFile, at position: OutputPosition) throws(FileSystemError) -> RunningDigest?
  {
    if file.byteCount < position.byteCount { return nil }
    let digest = try RunningDigest(file, count: position.byteCount)
    return digest.current == position.digest ? digest : nil
  }

  /// Whether the file's content from `offset` is what a run left that was killed while it wrote one of `own` over the
  /// other: parts of either, and zeros where a power failure took what was written.
  private static func isOwn(_ file: InputFile, from offset: Int, _ own: [[UInt8]]) throws(FileSystemError) -> Bool {
    let count = file.byteCount - offset
    guard count <= own.map(\.count).max() ?? 0 else { return false }
    let bytes = try file.bytes(at: offset, upTo: count)
    return bytes.indices.allSatisfy { index in
      bytes[index] == 0 || own.contains { index < $0.count && $0[index] == bytes[index] }
    }
  }

  /// The file's length; `nil` where there is no file.
  static func byteCount(_ path: String) throws(FileSystemError) -> Int? {
    do {
      return try InputFile(path: path).byteCount
    } catch .notFound {
      return nil
    } catch {
      throw error
    }
  }
}

extension AppendedFile {
  /// Takes a file as it is, though a person wrote or changed it.
  ///
  /// - Parameter rows: the number of rows that the journal knows of.
  /// - Returns: `nil` where there is no file.
  /// - Throws: `BatchError.notAdoptable` where nothing can follow what the file holds; `FileSystemError`.
  package init?(adopting path: String, format: any RowFormat, rows: Int) throws {
    guard let byteCount = try Self.byteCount(path) else { return nil }
    let file = try InputFile(path: path)
    let ending = try file.bytes(at: max(0, byteCount - Self.endingCount), upTo: Self.endingCount)
    let hasText = ending.contains { !Self.isBlank($0) }
    if byteCount <= Self.endingCount, !hasText {
      self.init(position: nil)
      return
    }
    let beginning = try file.bytes(at: 0, upTo: format.header.count)
    var (end, completion) = (byteCount, [UInt8]())
    var isEmpty = false
    if format.footer.isEmpty {
      // A header line may end in LF or CRLF.
      guard beginning.filter({ !Self.isBlank($0) }).starts(with: format.header.filter { !Self.isBlank($0) }) else {
        throw BatchError.notAdoptable(path: path, problem: "begins with other columns than this version writes")
      }
      if ending.last != 0x0A { completion = [0x0A] }
      isEmpty = byteCount <= format.header.count
    } else {
      var rest = ending[...]
      rest = rest.prefix(through: rest.lastIndex { !Self.isBlank($0) } ?? rest.startIndex)
      guard rest.last == UInt8(ascii: "]"), beginning.first == UInt8(ascii: "[") else {
        throw BatchError.notAdoptable(path: path, problem: "is no whole JSON array")
      }
      rest = rest.dropLast()
      guard let last = rest.lastIndex(where: { !Self.isBlank($0) }) else {
        throw BatchError.notAdoptable(path: path, problem: "is no JSON array of captions")
      }
      end = byteCount - ending.count + last + 1
      isEmpty = rest[last] == UInt8(ascii: "[")
    }
    let digest = try RunningDigest(file, count: end)
    let position = OutputPosition(byteCount: end, rows: isEmpty ? 0 : max(rows, 1), digest: digest.current)
    self.init(position: position, digest: digest, completion: completion)
  }

  private static let endingCount = 64 << 10

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
