import Foundation
import TestSupport

/// Ways for an image file to be none, each with the code that the ledger gives it.
enum DamagedImages {
  struct Way {
    let name: String
    let bytes: [UInt8]
    let code: String
  }

  private static func bytes(_ file: String) throws -> [UInt8] { [UInt8](try Fixture.data("images-decoding/\(file)")) }

  static func ways() throws -> [Way] {
    try cutShort() + foreign() + claims() + spoilt() + [
      Way(name: "empty.jpg", bytes: [], code: "empty"),
      Way(name: "text.jpg", bytes: Array("This was a photo once.".utf8), code: "not_an_image"),
      Way(name: "zip.png", bytes: Array("PK\u{3}\u{4}".utf8) + zeros(500), code: "not_an_image"),
      Way(name: "zeros.webp", bytes: zeros(4000), code: "not_an_image"),
      Way(name: "one byte.png", bytes: [0x89], code: "not_an_image"),
      Way(name: "half a signature.png", bytes: [0x89, 0x50, 0x4E, 0x47, 0x0D], code: "not_an_image"),
      Way(name: "other container.webp", bytes: Array("RIFF\u{0}\u{1}\u{0}\u{0}WAVEfmt ".utf8), code: "not_an_image"),
    ]
  }

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  /// In the header, in the pixels, before the end.
  private static func cutShort() throws -> [Way] {
    let seeds = [
      "exif-6.jpg", "progressive.jpg", "arithmetic.jpg", "cmyk.jpg", "grey.jpg", "restart.jpg", "rgb-8-interlaced.png",
      "palette-alpha-4.png", "rgba-16.png", "lossy.webp", "lossless-alpha.webp", "animated-alpha.webp",
    ]
    return try seeds.flatMap { seed in
      let bytes = try bytes(seed)
      return [20, bytes.count * 2 / 3, bytes.count - 1].map { count in
        Way(name: "cut to \(count) \(seed)", bytes: Array(bytes.prefix(count)), code: "truncated")
      }
    }
  }

  /// Other formats under an image's name.
  private static func foreign() -> [Way] {
    let starts: [(String, [UInt8])] = [
      ("gif", Array("GIF89a".utf8)), ("old gif", Array("GIF87a".utf8)), ("tiff", [0x49, 0x49, 0x2A, 0]),
      ("motorola tiff", [0x4D, 0x4D, 0, 0x2A]), ("big tiff", [0x49, 0x49, 0x2B, 0]), ("bmp", Array("BM".utf8)),
      ("jxl", [0xFF, 0x0A]), ("jxl box", [0, 0, 0, 0x0C] + Array("JXL \r\n".utf8)),
      ("jp2", [0, 0, 0, 0x0C] + Array("jP  \r\n".utf8)), ("j2k", [0xFF, 0x4F, 0xFF, 0x51]), ("ico", [0, 0, 1, 0]),
      ("psd", Array("8BPS".utf8)), ("pdf", Array("%PDF-1.7".utf8)), ("mkv", [0x1A, 0x45, 0xDF, 0xA3]),
      ("heic", [0, 0, 0, 0x18] + Array("ftypheic".utf8)), ("avif", [0, 0, 0, 0x18] + Array("ftypavif".utf8)),
      ("mp4", [0, 0, 0, 0x18] + Array("ftypisom".utf8)), ("html", Array("<!DOCTYPE html><html>".utf8)),
      ("svg", Array("<svg xmlns=''>".utf8)), ("xml svg", Array("<?xml version='1.0'?>\n<svg>".utf8)),
    ]
    return starts.map { Way(name: "\($0.0) inside.jpg", bytes: $0.1 + zeros(300), code: "unsupported_format") }
  }

  /// Headers that claim too much.
  private static func claims() throws -> [Way] {
    var jpeg = try bytes("sampling-444.jpg")
    if let frame = jpeg.firstRange(of: [0xFF, 0xC0])?.lowerBound {
      jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    }
    var webp = try bytes("animated-part-alpha.webp")
    webp.replaceSubrange(24..<30, with: [0xFF, 0xFF, 0, 0xFE, 0xFF, 0])
    var twelveBits = try bytes("sampling-444.jpg")
    if let frame = twelveBits.firstRange(of: [0xFF, 0xC0])?.lowerBound { twelveBits[frame + 4] = 12 }
    return [
      Way(name: "65500 squared.jpg", bytes: jpeg, code: "too_many_pixels"),
      Way(name: "65535 squared.webp", bytes: webp, code: "too_many_pixels"),
      Way(name: "twelve bits.jpg", bytes: twelveBits, code: "unsupported_variant"),
    ]
  }

  /// Whole in length, and wrong inside.
  private static func spoilt() throws -> [Way] {
    func replaced(_ seed: String, from share: Double, with byte: UInt8) throws -> [UInt8] {
      var bytes = try bytes(seed)
      for index in Int(Double(bytes.count) * share)..<bytes.count { bytes[index] = byte }
      return bytes
    }
    var checksum = try bytes("rgb-8.png")
    checksum[29] ^= 0xFF
    return [
      Way(name: "wrong checksum.png", bytes: checksum, code: "corrupt"),
      Way(
        name: "signature and ones.png",
        bytes: Array(try bytes("rgb-8.png").prefix(8)) + Array(repeating: 0xFF, count: 900),
        code: "corrupt"),
      Way(
        name: "ones in the frame.webp",
        bytes: Array("RIFF".utf8) + [0x7C, 3, 0, 0] + Array("WEBPVP8 ".utf8) + [0x70, 3, 0, 0]
          + Array(repeating: 0xFF, count: 880),
        code: "corrupt"),
      Way(
        name: "ones behind the header.png", bytes: try replaced("rgb-16.png", from: 0.3, with: 0xFF), code: "corrupt"),
    ]
  }
}
