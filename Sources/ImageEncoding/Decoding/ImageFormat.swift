/// The format of a file by its first bytes. The names of files play no part.
package enum ImageFormat: String, Sendable, CaseIterable, CustomStringConvertible {
  case jpeg, png, webp
  // Recognised so that refusing them can say what they are.
  case gif, tiff, bmp, heic, avif, jpegXL, jpeg2000, ico, psd, svg, pdf, html, video, lfsPointer

  package var isDecodable: Bool {
    switch self {
    case .jpeg, .png, .webp: true
    default: false
    }
  }

  /// The extensions of image files, in lower case, whether they are decoded or not.
  package static let extensions: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "tif", "tiff", "bmp", "dib", "heic", "heif", "avif", "jxl",
    "jp2",
    "j2k", "ico", "psd", "svg",
  ]

  /// Whether no other file begins like one of this format: what begins with "BM" may be a text.
  package var isUnmistakablyAnImage: Bool {
    switch self {
    case .jpeg, .png, .webp, .gif, .tiff, .heic, .avif, .jpegXL, .jpeg2000, .psd: true
    case .bmp, .ico, .svg, .pdf, .html, .video, .lfsPointer: false
    }
  }

  package var description: String {
    switch self {
    case .jpeg: "JPEG"
    case .png: "PNG"
    case .webp: "WebP"
    case .gif: "GIF"
    case .tiff: "TIFF"
    case .bmp: "BMP"
    case .heic: "HEIC"
    case .avif: "AVIF"
    case .jpegXL: "JPEG XL"
    case .jpeg2000: "JPEG 2000"
    case .ico: "icon"
    case .psd: "Photoshop"
    case .svg: "SVG"
    case .pdf: "PDF"
    case .html: "HTML"
    case .video: "video"
    case .lfsPointer: "Git LFS pointer"
    }
  }

  /// How many bytes from the start are looked at.
  package static let signatureLength = 256

  /// The format whose signature `bytes` begin with; `nil` for none of the known ones.
  package init?(sniffing bytes: UnsafeRawBufferPointer) {
    let head = Array(bytes.prefix(Self.signatureLength))
    if let format = Self.signatures.first(where: { head.starts(with: $0.bytes) })?.format {
      self = format
    } else if head.starts(with: Array("RIFF".utf8)), head.dropFirst(8).starts(with: Array("WEBP".utf8)) {
      self = .webp
    } else if let format = Self.isoMedia(head) ?? Self.markup(head) {
      self = format
    } else {
      return nil
    }
  }

  private static let signatures: [(bytes: [UInt8], format: ImageFormat)] = [
    ([0xFF, 0xD8, 0xFF], .jpeg),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png),
    (Array("GIF87a".utf8), .gif),
    (Array("GIF89a".utf8), .gif),
    ([0x49, 0x49, 0x2A, 0x00], .tiff),
    ([0x4D, 0x4D, 0x00, 0x2A], .tiff),
    ([0x49, 0x49, 0x2B, 0x00], .tiff),  // BigTIFF
    ([0x4D, 0x4D, 0x00, 0x2B], .tiff),
    (Array("BM".utf8), .bmp),
    ([0xFF, 0x0A], .jpegXL),
    ([0, 0, 0, 0x0C] + Array("JXL \r\n".utf8), .jpegXL),
    ([0, 0, 0, 0x0C] + Array("jP  \r\n".utf8), .jpeg2000),
    ([0xFF, 0x4F, 0xFF, 0x51], .jpeg2000),
    ([0, 0, 1, 0], .ico),
    (Array("8BPS".utf8), .psd),
    (Array("%PDF-".utf8), .pdf),
    ([0x1A, 0x45, 0xDF, 0xA3], .video),  // Matroska and WebM
    (Array("version https://git-lfs.github.com/spec/".utf8), .lfsPointer),
  ]

  /// ISO base media files name their brands in a first box, `ftyp`.
  private static func isoMedia(_ head: [UInt8]) -> ImageFormat? {
    guard head.count >= 12, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let boxLength = head[..<4].reduce(0) { $0 << 8 | Int($1) }
    let end = min(head.count, max(boxLength, 12))
    var brands = [String(decoding: head[8..<12], as: UTF8.self)]  // major, minor version (skipped), compatible ones
    for start in stride(from: 16, through: end - 4, by: 4) {
      brands.append(String(decoding: head[start..<start + 4], as: UTF8.self))
    }
    if brands.contains(where: { ["avif", "avis"].contains($0) }) { return .avif }
    if brands.contains(where: { ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains($0) }) {
      return .heic
    }
    return .video
  }

  /// Error pages of web servers that were saved under an image's name, and SVG.
  private static func markup(_ head: [UInt8]) -> ImageFormat? {
    let text = String(decoding: head, as: UTF8.self).lowercased()
    let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") { return .html }
    if start.hasPrefix("<svg") || (start.hasPrefix("<?xml") && start.contains("<svg")) { return .svg }
    return nil
  }
}
