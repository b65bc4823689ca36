import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Listing shards")
struct ShardListingTests {
  /// Samples of an image and a text, with the bytes that each takes.
  private func shard(_ keys: [String]) -> TarBuilder {
    var tar = TarBuilder()
    for key in keys {
      tar.add("\(key).jpg", String(repeating: key, count: 700))
      tar.add("\(key).txt", String(repeating: "t", count: 600))
    }
    return tar
  }

  @Test("members of one key that follow each other are a sample; its image is listed under shard and member")
  func samples() throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      tar.add("./x/", [], type: "5")
      tar.add("./x/a.json", "{}")
      tar.add("./x/a.png", "image")
      tar.add("README", "none")
      tar.add("./x/.a.jpg", "none")
      tar.add("./x/a.seg.png", "mask")
      tar.add("b.WEBP", "image")
      try tree.write("s.tar", tar.finished())
      let images = try tree.list(ImageListing(paths: [tree.path("s.tar")]))
      #expect(images.map(tree.name) == ["s.tar/./x/a.png", "s.tar/b.WEBP"])
      let sample = try #require(images.first?.sample)
      #expect(sample.shard == tree.path("s.tar"))
      #expect(sample.key == Array("./x/a".utf8))
      #expect(
        sample.members.map { String(decoding: $0.name, as: UTF8.self) } == ["./x/a.json", "./x/a.png", "./x/a.seg.png"])
      #expect(sample.image == sample.members[1])
      // Behind the directory's header, and the header and content of the JSON.
      #expect(sample.image.headerOffset == 512 + 1024)
      #expect(sample.image.offset == 512 + 1024 + 512)
      #expect(sample.image.count == 5)
    }
  }

  @Test(
    "the image is what can be decoded before what only looks like one",
    arguments: [
      (["a.gif", "a.jpeg"], "a.jpeg"), (["a.mask.png", "a.jpg"], "a.jpg"), (["a.png", "a.jpg"], "a.png"),
      (["a.gif", "a.v2.JPG"], "a.v2.JPG"), (["a.txt", "a.tiff"], "a.tiff"),
    ])
  func image(names: [String], image: String) throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      for name in names { tar.add(name, "content") }
      try tree.write("s.tar", tar.finished())
      #expect(try tree.names { $0.paths = [tree.path("s.tar")] } == ["s.tar/\(image)"])
    }
  }

  @Test("a sample without an image is passed over and told of")
  func withoutImage() throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      tar.add("a.txt", "a cat")
      tar.add("b.jpg", "image")
      tar.add("c.mp4", "film")
      tar.add("c.txt", "a film")
      try tree.write("s.tar", tar.finished())
      var skipped: [FilePath] = []
      var lister = try ImageLister(ImageListing(paths: [tree.path("s.tar")]), onSkipped: { skipped.append($0) })
      #expect(try lister.next().map(tree.name) == "s.tar/b.jpg")
      #expect(try lister.next() == nil)
      #expect(skipped == [tree.path("s.tar/a.txt"), tree.path("s.tar/c.mp4")])
    }
  }

  @Test("a name that comes again begins another sample")
  func sameKey() throws {
    try FileTree.with { tree in
      try tree.write("s.tar", shard(["a", "a", "b", "a"]).finished())
      let images = try tree.list(ImageListing(paths: [tree.path("s.tar")]))
      #expect(images.map { $0.sample?.members.count } == [2, 2, 2, 2])
      #expect(images.map(tree.name) == ["s.tar/a.jpg", "s.tar/a.jpg", "s.tar/b.jpg", "s.tar/a.jpg"])
    }
  }

  @Test("long names and those that are not UTF-8 are as the archive has them", arguments: [TarBuilder.Style.pax, .gnu])
  func names(style: TarBuilder.Style) throws {
    try FileTree.with { tree in
      let long = "folder/" + String(repeating: "n", count: 150) + ".jpg"
      var tar = TarBuilder(style)
      tar.add(nameBytes: [0xFF, 0x2E, 0x6A, 0x70, 0x67], [1])
      tar.add(long, "image")
      try tree.write("s.tar", tar.finished())
      let images = try tree.list(ImageListing(paths: [tree.path("s.tar")]))
      #expect(images.first?.path.bytes == tree.path("s.tar").bytes + [0x2F, 0xFF, 0x2E, 0x6A, 0x70, 0x67])
      #expect(images.last.map(tree.name) == "s.tar/\(long)")
      // The extended header belongs to the member.
      #expect(images.last?.sample?.image.headerOffset == 1024)
    }
  }

  @Test("shards in a directory are gone through in their place; what is left out there is left out whole")
  func directory() throws {
    try FileTree.with { tree in
      try tree.write("b.tar", shard(["x", "y"]).finished())
      try tree.write("d.TAR", shard(["z"]).finished())
      try tree.writeFiles("a.jpg", "c.jpg", "e.tar.gz")
      #expect(
        try tree.names() == ["a.jpg", "b.tar/x.jpg", "b.tar/y.jpg", "c.jpg", "d.TAR/z.jpg", "e.tar.gz"])
      let filter = PathFilter(includes: [try Glob("[xz].jpg")], excludes: [try Glob("*.TAR")])
      #expect(try tree.names { $0.filter = filter } == ["b.tar/x.jpg"])
    }
  }

  @Test("a shard's members are filtered by their own names, and by the directories in these")
  func filter() throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      for name in ["./x/a.jpg", "./x/b.png", "./y/c.jpg"] { tar.add(name, "image") }
      try tree.write("s.tar", tar.finished())
      let filter = PathFilter(includes: [try Glob("x/*"), try Glob("*.jpg")], excludes: [try Glob("y")])
      let names = try tree.names {
        $0.paths = [tree.path("s.tar")]
        $0.filter = filter
      }
      #expect(names == ["s.tar/./x/a.jpg", "s.tar/./x/b.png"])
    }
  }

  @Test("braces name shards; those that are not there are problems")
  func braces() throws {
    try FileTree.with { tree in
      for name in ["s-08.tar", "s-10.tar", "t.tar"] { try tree.write(name, shard(["a"]).finished()) }
      let images = try tree.list(ImageListing(paths: ["s-{08..10}.tar", "{t,u}.tar", "{1..}.tar"].map(tree.path)))
      #expect(
        images.map(tree.name) == ["s-08.tar/a.jpg", "s-09.tar", "s-10.tar/a.jpg", "t.tar/a.jpg", "u.tar", "{1..}.tar"])
      #expect(images.map { $0.failure?.code } == [nil, .notFound, nil, nil, .notFound, .notFound])
    }
  }

  @Test("a compressed shard is a problem that says what to do", arguments: ["s.tar.gz", "s.TGZ", "s.tar.zst"])
  func compressed(name: String) throws {
    try FileTree.with { tree in
      try tree.writeFiles(name)
      let image = try #require(try tree.list(ImageListing(paths: [tree.path(name)])).first)
      #expect(image.failure?.code == .unsupportedFormat)
      #expect(image.failure?.message.contains("unpack") == true)
    }
  }

  @Test("wherever a shard ends too early, samples before that are listed, then one problem, then the next shard")
  func truncated() throws {
    try FileTree.with { tree in
      let whole = shard(["a", "b", "c"]).bytes
      try tree.write("t.tar", shard(["z"]).finished())
      // An image of 700 bytes, a text of 600, each with a header, in whole blocks.
      let (image, sample) = (512 + 1024, 2 * (512 + 1024))
      for end in stride(from: 0, through: whole.count, by: 61) {
        try tree.write("s.tar", Array(whole[..<end]))
        let images = try tree.list(ImageListing(paths: ["s.tar", "t.tar"].map(tree.path)))
        let (index, rest) = (end / sample, end % sample)
        let isInText = rest >= image + 512 && rest < image + 512 + 600
        let hasImage = rest >= 512 + 700 && !isInText
        var expected = ["a", "b", "c"].prefix(index + (index < 3 && hasImage ? 1 : 0)).map { "s.tar/\($0).jpg" }
        let isInImage = rest >= 512 && rest < 512 + 700
        expected.append(isInText || isInImage ? "s.tar/\(["a", "b", "c"][index]).jpg" : "s.tar")
        #expect(images.map(tree.name) == expected + ["t.tar/z.jpg"], "cut at \(end)")
        #expect(images.compactMap(\.failure).map(\.code) == [.damagedShard], "cut at \(end)")
        #expect(images.compactMap(\.sample).count == images.count - 1)
      }
    }
  }

  @Test("whatever header is damaged, samples before it are listed, and the problem names shard and byte")
  func damagedHeader() throws {
    try FileTree.with { tree in
      let whole = shard(["a", "b", "c"]).finished()
      for member in 0..<6 {
        var bytes = whole
        bytes[member * (512 + 1024) + 7] ^= 0x20
        try tree.write("s.tar", bytes)
        let images = try tree.list(ImageListing(paths: [tree.path("s.tar")]))
        #expect(
          images.map(tree.name) == ["a", "b", "c"].prefix((member + 1) / 2).map { "s.tar/\($0).jpg" } + ["s.tar"])
        let failure = try #require(images.last?.failure)
        #expect(failure.code == .damagedShard)
        #expect(failure.message.contains(tree.path("s.tar").string))
        #expect(failure.message.contains("at byte \(member * (512 + 1024))"))
      }
    }
  }

  @Test("an image that is a link is a problem of its sample")
  func link() throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      tar.add("a.jpg", [], type: "1")
      tar.add("b.jpg", "image")
      try tree.write("s.tar", tar.finished())
      let images = try tree.list(ImageListing(paths: [tree.path("s.tar")]))
      #expect(images.map(tree.name) == ["s.tar/a.jpg", "s.tar/b.jpg"])
      #expect(images.map { $0.failure?.code } == [.notAFile, nil])
    }
  }
}
