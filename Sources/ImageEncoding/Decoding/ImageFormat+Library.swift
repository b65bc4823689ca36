import CImageCodecs

extension ImageFormat {
  /// The library that decodes it here, with its version; `nil` for formats that are only recognised.
  package var library: String? {
    switch self {
    case .jpeg: String(cString: imageCodecJPEGVersion())
    case .png: "libpng \(String(cString: imageCodecPNGVersion()))"
    case .webp:
      {
        let version = imageCodecWebPVersion()
        return "libwebp \(version >> 16).\(version >> 8 & 255).\(version & 255)"
      }()
    default: nil
    }
  }
}
