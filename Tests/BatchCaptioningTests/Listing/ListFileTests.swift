import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Lists of paths in files")
struct ListFileTests {
  private func paths(_ content: [UInt8]) throws -> [[UInt8]] {
    try FileTree.with { tree in
      try tree.write("list", content)
      return try tree.list(ImageListing(paths: [], lists: [.file(tree.path("list"))])).map(\.path.bytes)
    }
  }

  private func paths(_ text: String) throws -> [String] {
    try paths(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("paths are lines, with LF or CRLF; empty lines and a byte order mark are left out")
  func lines() throws {
    #expect(try paths("x/a.jpg\nx/b c.jpg\n") == ["x/a.jpg", "x/b c.jpg"])
    #expect(try paths("x/a.jpg\r\n\r\nx/b.jpg") == ["x/a.jpg", "x/b.jpg"])
    #expect(try paths("\u{FEFF}x/a.jpg\n\n\nx/b.jpg\n") == ["x/a.jpg", "x/b.jpg"])
    #expect(try paths("\n\n").isEmpty)
    #expect(try paths("").isEmpty)
  }

  @Test("where a NUL comes first, NULs separate, and names may hold line ends")
  func nulls() throws {
    #expect(try paths("x/a.jpg\0x/b\nc\r.jpg\0\0x/d.jpg\0") == ["x/a.jpg", "x/b\nc\r.jpg", "x/d.jpg"])
    #expect(try paths("x/a\nb.jpg\0x/c.jpg") == ["x/a\nb.jpg", "x/c.jpg"])
  }

  @Test(
    "a list in UTF-16 is read, with a byte order mark or without one, as PowerShell writes it",
    arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian], ["\u{FEFF}", ""])
  func utf16(encoding: String.Encoding, mark: String) throws {
    let names = ["/tmp/w/a.jpg", "x/h\u{fc}ndchen \u{1F426}.jpg", "\u{4f60}\u{597d}.png"]
    let text = try #require((mark + names.joined(separator: "\r\n")).data(using: encoding))
    #expect(try paths([UInt8](text)).map { String(decoding: $0, as: UTF8.self) } == names)
  }

  @Test("a list in UTF-16 that is longer than what is read at a time is whole")
  func longUTF16() throws {
    // Of an odd number of characters, so that pairs of surrogates lie across pieces.
    let names = (0..<20_000).map { "x\u{1F426}\($0)" }
    let text = try #require(("\u{FEFF}" + names.joined(separator: "\n")).data(using: .utf16LittleEndian))
    #expect(try paths([UInt8](text)).map { String(decoding: $0, as: UTF8.self) } == names)
  }

  @Test("names of one letter with a NUL behind each are no UTF-16")
  func shortNames() throws {
    #expect(try paths("a\0b\0c\0d\0e\0") == ["a", "b", "c", "d", "e"])
  }

  @Test("a list in UTF-32 is refused by that name, with what to do")
  func utf32() throws {
    let error = #expect(throws: ImageListingError.self) {
      try paths([0xFF, 0xFE, 0, 0] + [0x61, 0, 0, 0, 0x0A, 0, 0, 0])
    }
    #expect(error?.description.contains("is in UTF-32; write it as UTF-8") == true)
  }

  @Test("paths that are not UTF-8 keep their bytes")
  func invalidBytes() throws {
    #expect(try paths([0x78, 0x2F, 0xFF, 0x0A, 0xC3, 0x28, 0x0A]) == [[0x78, 0x2F, 0xFF], [0xC3, 0x28]])
  }

  @Test("a list longer than what is read at a time is whole", arguments: ["\n", "\r\n", "\0"])
  func long(separator: String) throws {
    let names = (0..<20_000).map { "missing/\($0 * 7919).jpg" }
    #expect(try paths(names.map { $0 + separator }.joined()) == names)
  }

  @Test("files, directories and shards in a list are what they are when given; URLs are problems")
  func kinds() throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      tar.add("k.jpg", "image")
      try tree.write("s.tar", tar.finished())
      try tree.writeFiles("a.txt", "d/b.jpg", "d/c.jpg")
      let list = ["a.txt", "d", "s.tar"].map { tree.path($0).string } + ["https://example.org/x.jpg"]
      try tree.write("list", list.joined(separator: "\n"))
      let images = try tree.list(ImageListing(paths: [tree.path("d/c.jpg")], lists: [.file(tree.path("list"))]))
      #expect(images.dropLast().map(tree.name) == ["d/c.jpg", "a.txt", "d/b.jpg", "d/c.jpg", "s.tar/k.jpg"])
      #expect(images.last?.failure?.code == .url)
    }
  }

  @Test("braces in a list are part of names")
  func braces() throws {
    #expect(try paths("x/{a,b}.tar\n") == ["x/{a,b}.tar"])
  }

  @Test("several lists follow each other")
  func several() throws {
    try FileTree.with { tree in
      try tree.write("1", "a\nb")
      try tree.write("2", "c\0d")
      let images = try tree.list(ImageListing(paths: [], lists: ["1", "2"].map { .file(tree.path($0)) }))
      #expect(images.map(\.path) == ["a", "b", "c", "d"])
    }
  }

  @Test("a list that is not there ends the run before it begins, and says which")
  func missing() throws {
    try FileTree.with { tree in
      for (name, word) in [("list", "No such file"), ("", "directory")] {
        let listing = ImageListing(paths: [], lists: [.file(name.isEmpty ? tree.root : tree.path(name))])
        let error = #expect(throws: ImageListingError.self) { try ImageLister(listing) }
        #expect(error?.description.contains(word) == true)
      }
    }
  }

  @Test("what is no list of paths is refused rather than taken into memory")
  func noList() throws {
    let error = #expect(throws: ImageListingError.self) {
      try paths([UInt8](repeating: 0x61, count: 1 << 20))
    }
    guard case .lineTooLong(_, 1, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a pipe is read as it comes, and not counted, since that would take its content")
  func pipe() throws {
    try FileTree.with { tree in
      let path = tree.path("pipe")
      try #require(path.withPlatformString { mkfifo($0, 0o600) } == 0)
      let listing = ImageListing(paths: [], lists: [.file(path)])
      #expect(try listing.count() == nil)
      let writer = Thread {
        guard let file = try? FileDescriptor.open(path, .writeOnly) else { return }
        for piece in ["miss", "ing/a.jpg\0missing", "/b.jpg\0"] { _ = try? file.writeAll(piece.utf8) }
        try? file.close()
      }
      writer.start()
      #expect(try tree.list(listing).map(\.path) == ["missing/a.jpg", "missing/b.jpg"])
    }
  }

  @Test("- is standard input, which is not counted")
  func standardInput() throws {
    #expect(ImageListing.ListFile("-") == .standardInput)
    #expect(ImageListing.ListFile("./-") == .file("./-"))
    #expect(try ImageListing(paths: [], lists: [.standardInput]).count() == nil)
  }
}
