import Crypto

/// SHA-256 of a file's content.
public struct FileHash: Sendable, Hashable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  public let hexadecimal: String

  /// `nil` where `text` is not 64 lower-case hexadecimal digits.
  public init?(_ text: String) {
    let isDigest =
      text.utf8.count == 64
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
    guard isDigest else { return nil }
    hexadecimal = text
  }

  init(_ digest: SHA256Digest) { hexadecimal = Self.hexadecimal(digest) }

  /// `nil` where there are not 32 bytes.
  package init?(digest: some Collection<UInt8>) {
    guard digest.count == 32 else { return nil }
    hexadecimal = Self.hexadecimal(digest)
  }

  /// The 32 bytes.
  package var digest: [UInt8] {
    var digest: [UInt8] = []
    var high: UInt8?
    for digit in hexadecimal.utf8 {
      let value = digit < UInt8(ascii: "a") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
      if let upper = high { digest.append(upper << 4 | value) }
      high = high == nil ? value : nil
    }
    return digest
  }

  private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Reads the whole file, through one small buffer.
  ///
  /// - Throws: `FileSystemError`; `CancellationError` when the task is cancelled meanwhile.
  public init(ofFile path: String) throws {
    self = try Self.hash(of: InputFile(path: path))
  }

  static func hash(of file: InputFile) throws -> FileHash {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var hasher = SHA256()
    var offset = 0
    while true {
      try Task.checkCancellation()
      let count = try file.read(into: buffer, at: offset)
      if count == 0 { break }
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
      offset += count
    }
    return FileHash(hasher.finalize())
  }

  /// Of a content that is in memory.
  public static func hash(of bytes: [UInt8]) -> FileHash { FileHash(SHA256.hash(data: bytes)) }

  public var description: String { hexadecimal }
}

extension FileHash: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let hash = FileHash(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "64 lower-case hexadecimal digits")
    }
    self = hash
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }
}
