import BatchCaptioning
import Captioning
import SystemPackage
import Testing

@Suite("Image folder metadata")
struct ImageFolderFormatTests {
  private func row(_ path: FilePath, from directory: FilePath) throws -> String {
    let row = ImageFolderFormat(directory: directory).row(WrittenImage.captioned(path, "a \"cat\""))
    return String(decoding: try #require(row), as: UTF8.self)
  }

  @Test(
    "An image is called by its way from the file's own directory",
    arguments: [
      ("/data/train/a.jpg", "/data", "train/a.jpg"), ("/data/./x/../a.jpg", "/data/", "a.jpg"),
      ("/other/a.jpg", "/data/sets", "../../other/a.jpg"), ("train/a.jpg", ".", "train/a.jpg"),
      ("train/a.jpg", "train", "a.jpg"), ("a.jpg", "out", "../a.jpg"),
    ])
  func relative(path: String, directory: String, name: String) throws {
    #expect(
      try row(FilePath(path), from: FilePath(directory)) == #"{"file_name":"\#(name)","text":"a \"cat\""}"# + "\n")
  }

  @Test("An image that the captioner was not sure of has no row")
  func unsure() { #expect(ImageFolderFormat(directory: "/").row(WrittenImage.unsure) == nil) }

  @Test("Images without a caption have no row")
  func withoutCaption() {
    for image in WrittenImage.withoutCaption { #expect(ImageFolderFormat(directory: "/").row(image) == nil) }
  }
}
