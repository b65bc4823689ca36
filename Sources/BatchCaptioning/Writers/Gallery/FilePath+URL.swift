import SystemPackage

extension FilePath {
  /// The path as a link from a page in `directory`: relative, so that page and images may move together. Bytes that are
  /// no plain characters are percent-encoded as they are, so that names that are not UTF-8 work.
  func relativeURL(from directory: FilePath) -> String {
    var url = ""
    for byte in absolute.relative(to: directory.absolute).bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        url.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        url += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return url
  }
}
