import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Gallery page")
struct GalleryPageTests {
  private func page(
    _ images: [FinishedImage], heading: GalleryHeading = GalleryHeading(model: "tiny"),
    _ body: (GalleryFile, URL) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "report.html")
      try GalleryOutput(path: url.path(percentEncoded: false), position: nil, heading: heading).finish(images)
      try body(GalleryFile(url), directory)
    }
  }

  @Test("Odd names are written as text, and links lead to their bytes")
  func oddNames() throws {
    try withTemporaryDirectory { directory in
      let names =
        ["with space.jpg", "100%.jpg", "a#b?c.jpg"].map { Array($0.utf8) }
        + WrittenImage.oddTexts.filter { !$0.isEmpty }.map { Array($0.utf8) } + [[0x66, 0xFF, 0xC3, 0x28, 0x2E, 0x6A]]
      let folder = FilePath(directory.path(percentEncoded: false))
      let paths = names.map { folder.appending(FilePath(bytes: $0).components) }
      let url = directory.appending(path: "report.html")
      try GalleryOutput(url).finish(paths.enumerated().map { GalleryImage.captioned($0, $1) })
      let page = try GalleryFile(url)
      #expect(page.items.map(\.path) == paths.map(\.text))
      let links = try page.items.map { try #require($0.link) }
      #expect(links.map(Self.unescaped) == names)
      #expect(links[0] == "with%20space.jpg")
      #expect(links.last == "f%FF%C3%28.j")
    }
  }

  /// Bytes of a percent-encoded link.
  private static func unescaped(_ link: String) -> [UInt8] {
    let pieces = link.split(separator: "%", omittingEmptySubsequences: false)
    return Array(pieces[0].utf8)
      + pieces.dropFirst().flatMap { [UInt8($0.prefix(2), radix: 16) ?? 0] + Array($0.dropFirst(2).utf8) }
  }

  @Test("Links are relative to the page, so that it may move together with the images")
  func links() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "pages/report.html")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let folder = FilePath(directory.path(percentEncoded: false))
      let names: [FilePath] = ["photos/a.jpg", "pages/b.jpg", "pages/sub/./../sub/c.jpg", "pages/data:d.jpg"]
      try GalleryOutput(url).finish(
        names.enumerated().map { GalleryImage.captioned($0, folder.appending($1.components)) })
      #expect(try GalleryFile(url).items.map(\.link) == ["../photos/a.jpg", "b.jpg", "sub/c.jpg", "data%3Ad.jpg"])
    }
  }

  @Test("An image in a shard has no link")
  func shards() throws {
    let image = FinishedImage(
      WrittenImage.sample("s.tar", member: "a.jpg"), outcome: .captioned(WrittenImage.caption("a")))
    try page([image]) { page, _ in
      #expect(page.items.map(\.path) == ["s.tar/a.jpg"])
      #expect(page.items.map(\.link) == [nil])
    }
  }

  @Test(
    "What looks like markup stays a text",
    arguments: ["</script><script>alert(1)</script>", "<!-- <script>", "]]>", "a & b", "\u{2028}\u{0}\"\\"])
  func markup(_ text: String) throws {
    let failure = GalleryImage.failed(1, "b.jpg", message: text)
    try page([GalleryImage.captioned(0, "a.jpg", text), failure]) { page, _ in
      #expect(page.items.map { $0.caption ?? $0.message } == [text, text])
      // The two elements of data and script that the page always has, and no more.
      #expect(page.text.split(separator: "<script", omittingEmptySubsequences: false).count == 3)
      #expect(!page.text.contains("alert(1)</script>"))
    }
  }

  @Test("Title and model are escaped")
  func heading() throws {
    try page([], heading: GalleryHeading(title: "<b>\"Holidays\" & more", model: "<tiny>")) { page, _ in
      #expect(page.text.contains("<title>&lt;b&gt;&quot;Holidays&quot; &amp; more</title>"))
      #expect(page.text.contains("<b>&lt;tiny&gt;</b>"))
    }
  }

  @Test("A page names no address elsewhere")
  func selfContained() throws {
    try page([GalleryImage.captioned(0, "a.jpg")]) { page, _ in
      #expect(!page.text.contains("http://") && !page.text.contains("https://") && !page.text.contains("//cdn"))
      #expect(!page.text.contains(" src="))
    }
  }

  @Test("An image without a thumbnail, and one without a number for its confidence, are there all the same")
  func gaps() throws {
    var image = WrittenImage.captioned("a.jpg", "")
    if var caption = image.caption {
      caption.confidence = .nan
      image.outcome = .captioned(caption)
    }
    try page([image]) { page, _ in
      #expect(page.items.map(\.caption) == [""])
      #expect(page.items[0].confidence == nil)
      #expect(page.items[0].thumbnail == nil)
    }
  }

  @Test("Nothing but the page and the file that it is made of is left in the directory")
  func files() throws {
    try page([GalleryImage.captioned(0, "a.jpg")]) { _, directory in
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path(percentEncoded: false))
      #expect(names.sorted() == ["report.html", "report.html.gallery-items"])
    }
  }
}
