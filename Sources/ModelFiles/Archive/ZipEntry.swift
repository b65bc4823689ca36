/// A file in a zip archive, as the central directory describes it.
package struct ZipEntry: Sendable, Equatable {
  package enum Method: UInt16, Sendable {
    case stored = 0
    case deflate = 8
  }

  /// Relative, components divided by "/", none of them empty, "." or "..".
  package let name: String
  package let method: Method
  package let crc32: UInt32
  package let compressedByteCount: Int
  /// The declared size; extraction stops where the true size exceeds it.
  package let byteCount: Int
  package let isDirectory: Bool

  /// Where the entry's local header begins.
  let headerOffset: Int
  /// Where the next entry or the central directory begins: the content ends before.
  var endOffset: Int
}
