import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The names in a directory in byte order, in little memory: a directory may have millions.
struct DirectoryEntries {
  enum Kind: UInt8 {
    case file, directory, other
    /// The kind is still to be asked for: a link, or a file system that does not give it.
    case unknown
  }

  let identity: FileStatus.Identity
  /// The kind, the name and a NUL of each entry.
  private var bytes: [UInt8] = []
  /// The index in `bytes` at which each entry begins.
  private var starts: [Int] = []

  /// - Parameter isWanted: decides by the directory's identity whether it is read at all.
  /// - Returns: `nil` where it is not wanted.
  /// - Throws: `Errno`, `CancellationError`.
  init?(
    _ path: FilePath, includesHidden: Bool, checkpoint: Checkpoint, isWanted: (FileStatus.Identity) -> Bool
  ) throws {
    guard let stream = path.withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
    defer { closedir(stream) }
    var status = stat()
    guard fstat(dirfd(stream), &status) == 0 else { throw Errno(rawValue: errno) }
    identity = FileStatus(status).identity
    guard isWanted(identity) else { return nil }
    while true {
      try checkpoint.pass()
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw Errno(rawValue: errno) }
        break
      }
      let kind = Self.kind(Int(entry.pointee.d_type))
      withUnsafeBytes(of: &entry.pointee.d_name) { name in
        add(name.prefix { $0 != 0 }, kind, includesHidden: includesHidden)
      }
    }
    sort()
  }

  var count: Int { starts.count }

  subscript(index: Int) -> (name: [UInt8], kind: Kind) {
    let start = starts[index]
    return (Array(bytes[(start + 1)...].prefix { $0 != 0 }), Kind(rawValue: bytes[start]) ?? .unknown)
  }

  func contains(_ name: String) -> Bool {
    let name = Array(name.utf8)
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].name.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low].name == name
  }

  private mutating func add(_ name: Slice<UnsafeRawBufferPointer>, _ kind: Kind, includesHidden: Bool) {
    if name.first == UInt8(ascii: "."), !includesHidden || TemporaryName.matches(name) { return }
    starts.append(bytes.count)
    bytes.append(kind.rawValue)
    bytes.append(contentsOf: name)
    bytes.append(0)
  }

  private mutating func sort() {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
      // strcmp compares bytes as unsigned.
      starts.sort { strcmp(base + $0 + 1, base + $1 + 1) < 0 }
    }
  }

  private static func kind(_ type: Int) -> Kind {
    switch type {
    case Int(DT_REG): .file
    case Int(DT_DIR): .directory
    case Int(DT_LNK), Int(DT_UNKNOWN): .unknown
    default: .other
    }
  }
}
