import Digests
package import SystemPackage

extension FilePath {
  /// The path's bytes, as the file system has them.
  package var bytes: [UInt8] {
    withPlatformString { start in Array(UnsafeRawBufferPointer(start: start, count: length)) }
  }

  /// The first eight bytes of the SHA-256 of the path's bytes, as a number: the same in every run.
  var hashNumber: UInt64 { MessageDigest.hash(bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

  /// The path of these bytes, which hold no NUL.
  package init(bytes: some Collection<UInt8>) {
    self = (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
    }
  }

  /// Whether the path is UTF-8, so that `text` is the path itself.
  package var isText: Bool { String(validating: bytes, as: UTF8.self) != nil }

  /// The path for text formats: UTF-8 stays as it is; otherwise each byte that is no part of a character is written as
  /// `\xHH`.
  package var text: String {
    let bytes = bytes
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      // A character has at most four bytes.
      let count = (1...min(4, rest.count)).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
      if let count {
        text += String(decoding: rest.prefix(count), as: UTF8.self)
      } else {
        text += "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16, uppercase: true)
      }
      rest = rest.dropFirst(count ?? 1)
    }
    return text
  }
}
