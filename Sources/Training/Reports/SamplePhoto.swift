#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A photo of the validation split, on which people watch the captions improve.
package struct SamplePhoto: Sendable, Equatable {
  /// The name that distinguishes it from the others.
  package var name: String
  /// A JPEG, PNG or WebP file, which is embedded in the page: a thumbnail is enough.
  package var imageBytes: [UInt8]
  /// The captions that people wrote.
  package var references: [String]

  package init(name: String, imageBytes: [UInt8], references: [String]) {
    self.name = name
    self.imageBytes = imageBytes
    self.references = references
  }

  /// The largest file that is embedded in a page.
  package static let maximumByteCount = 1 << 20

  /// The picture as a data URI (RFC 2397); `nil` for formats that no browser shows, and for files that are too large.
  package var dataURI: String? {
    guard imageBytes.count <= Self.maximumByteCount, let type = mediaType else { return nil }
    return "data:\(type);base64,\(Data(imageBytes).base64EncodedString())"
  }

  private var mediaType: String? {
    if imageBytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if imageBytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
    if imageBytes.starts(with: Array("RIFF".utf8)), imageBytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
      return "image/webp"
    }
    return nil
  }
}
