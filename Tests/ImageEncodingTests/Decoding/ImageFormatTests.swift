import ImageEncoding
import Testing

@Suite("Image formats")
struct ImageFormatTests {
  private static func box(_ brands: String...) -> [UInt8] {
    let length = UInt8(12 + 4 * brands.count)
    return [0, 0, 0, length] + "ftyp".utf8 + brands[0].utf8 + [0, 0, 0, 0] + brands.dropFirst().joined().utf8
  }

  @Test(
    "content tells the format",
    arguments: [
      ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg),
      ([0x89] + Array("PNG\r\n\u{1A}\n".utf8), .png),
      (Array("RIFF\0\0\0\0WEBPVP8 ".utf8), .webp),
      (Array("GIF87a".utf8), .gif),
      (Array("GIF89a".utf8), .gif),
      (Array("II*\0".utf8), .tiff),
      (Array("MM\0*".utf8), .tiff),
      (Array("BM\u{36}\0\0\0".utf8), .bmp),
      (box("heic", "mif1"), .heic),
      (box("mif1", "heic"), .heic),
      (box("avif", "mif1"), .avif),
      (box("mif1", "miaf", "avif"), .avif),
      (box("isom", "mp42"), .video),
      ([0xFF, 0x0A, 0, 0], .jpegXL),
      ([0, 0, 0, 12] + Array("JXL \r\n".utf8), .jpegXL),
      ([0, 0, 0, 12] + Array("jP  \r\n".utf8), .jpeg2000),
      ([0, 0, 1, 0, 1], .ico),
      (Array("8BPS".utf8), .psd),
      (Array("%PDF-1.7".utf8), .pdf),
      (Array("version https://git-lfs.github.com/spec/v1\noid sha256:00".utf8), .lfsPointer),
      (Array("\n <!DOCTYPE html><html>".utf8), .html),
      (Array("<?xml version=\"1.0\"?><svg>".utf8), .svg),
    ] as [([UInt8], ImageFormat)])
  func sniffed(_ bytes: [UInt8], _ format: ImageFormat) {
    #expect(bytes.withUnsafeBytes { ImageFormat(sniffing: $0) } == format)
  }

  @Test("other content has no format", arguments: ["", "R", "RIFF\0\0\0\0WAVE", "text", "\0\0\0\u{8}ftyp"])
  func unknown(_ text: String) {
    #expect(Array(text.utf8).withUnsafeBytes { ImageFormat(sniffing: $0) } == nil)
  }

  @Test("recognised formats that are not decoded are refused by name, with what to do")
  func refused() throws {
    let error = try #require(throws: ImageDecodingError.self) {
      try ImageDecoder().decode(Array("GIF89a------".utf8), named: "moving.jpg")
    }
    #expect(error == ImageDecodingError(file: "moving.jpg", format: .gif, cause: .refusedFormat))
    #expect(
      error.description
        == "moving.jpg: is a file of the format GIF, which is not decoded; convert it to JPEG, PNG or WebP first")
  }

  @Test("a Git LFS pointer is named as one, with what to do")
  func lfsPointer() throws {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 123\n"
    let error = try #require(throws: ImageDecodingError.self) {
      try ImageDecoder().decode(Array(pointer.utf8), named: "a.jpg")
    }
    #expect(
      error.description
        == "a.jpg: is a Git LFS pointer, and not the image itself; fetch the image with 'git lfs pull' in the repository"
    )
  }
}
