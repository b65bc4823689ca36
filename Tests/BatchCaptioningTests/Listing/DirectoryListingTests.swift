import BatchCaptioning
import Captioning
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite("Listing directories")
struct DirectoryListingTests {
  @Test("entries come in the order of their bytes, directories in their place among files")
  func order() throws {
    try FileTree.with { tree in
      try tree.writeFiles("é.jpg", "b/x.jpg", "a.jpg", "b.jpg", "B.jpg", "b/a/y.jpg", "b-c/z.jpg")
      #expect(try tree.names() == ["B.jpg", "a.jpg", "b/a/y.jpg", "b/x.jpg", "b-c/z.jpg", "b.jpg", "é.jpg"])
    }
  }

  @Test("ordinals count from 0, over all that is given, in its order")
  func ordinals() throws {
    try FileTree.with { tree in
      try tree.writeFiles("b/1.jpg", "a/2.jpg", "3.txt")
      let images = try tree.list(ImageListing(paths: ["b", "3.txt", "a"].map(tree.path)))
      #expect(images.map(tree.name) == ["b/1.jpg", "3.txt", "a/2.jpg"])
      #expect(images.map(\.ordinal) == [0, 1, 2])
      #expect(images.allSatisfy { $0.content == .file })
    }
  }

  @Test("hidden files and directories are taken only if they are asked for, or given by name")
  func hidden() throws {
    try FileTree.with { tree in
      try tree.writeFiles("a.jpg", ".b.jpg", ".c/d.jpg", ".e.jpg.caption-new", ".f.jpg.123-12345678901234567890")
      #expect(try tree.names() == ["a.jpg"])
      #expect(try tree.names { $0.includesHidden = true } == [".b.jpg", ".c/d.jpg", "a.jpg"])
      #expect(try tree.names { $0.paths = [".b.jpg", ".c"].map(tree.path) } == [".b.jpg", ".c/d.jpg"])
    }
  }

  @Test("a name that is not UTF-8 keeps its bytes")
  func invalidName() throws {
    try FileTree.with { tree in
      let path = FilePath(bytes: tree.root.bytes + [0x2F, 0x61, 0xFF, 0x2E, 0x6A, 0x70, 0x67])
      try FileDescriptor.open(path, .writeOnly, options: .create, permissions: .ownerReadWrite).close()
      #expect(try tree.list(ImageListing(paths: [tree.root])).map(\.path) == [path])
    }
  }

  @Test("includes and excludes are matched with paths below what was given; excludes spare whole directories")
  func globs() throws {
    try FileTree.with { tree in
      try tree.writeFiles("a.jpg", "b.png", "c/d.jpg", "c/e/f.jpg", "tmp/g.jpg", "c/tmp/h.jpg")
      func names(_ includes: [String], _ excludes: [String]) throws -> [String] {
        let filter = PathFilter(
          includes: try includes.map { try Glob($0) }, excludes: try excludes.map { try Glob($0) })
        return try tree.names { $0.filter = filter }
      }
      #expect(try names(["*.jpg"], []) == ["a.jpg", "c/d.jpg", "c/e/f.jpg", "c/tmp/h.jpg", "tmp/g.jpg"])
      #expect(try names(["*.png", "c/*.jpg"], []) == ["b.png", "c/d.jpg"])
      #expect(try names([], ["tmp", "a.*"]) == ["b.png", "c/d.jpg", "c/e/f.jpg"])
      #expect(try names([], ["/tmp"]) == ["a.jpg", "b.png", "c/d.jpg", "c/e/f.jpg", "c/tmp/h.jpg"])
      #expect(try names(["*.jpg"], ["c/**"]) == ["a.jpg", "tmp/g.jpg"])
    }
  }

  @Test("includes and excludes leave alone what is given by name")
  func givenFile() throws {
    try FileTree.with { tree in
      try tree.writeFiles("a.jpg")
      let filter = PathFilter(includes: [try Glob("*.png")], excludes: [try Glob("a.*")])
      #expect(
        try tree.names {
          $0.paths = [tree.path("a.jpg")]
          $0.filter = filter
        } == ["a.jpg"])
    }
  }

  @Test("links are followed; one to a directory above it is left out with a warning")
  func links() throws {
    try FileTree.with { tree in
      try tree.writeFiles("a/b/c.jpg", "d.jpg")
      try tree.link("a/b/up", to: "..")
      try tree.link("e", to: "a/b")
      try tree.link("f.jpg", to: "d.jpg")
      var warnings: [FilePath] = []
      var lister = try ImageLister(ImageListing(paths: [tree.root]), onWarning: { path, _ in warnings.append(path) })
      var names: [String] = []
      while let image = try lister.next() { names.append(tree.name(image)) }
      // Through e, a is no directory above: b is, in it.
      #expect(names == ["a/b/c.jpg", "d.jpg", "e/c.jpg", "f.jpg"])
      #expect(warnings.map { String($0.string.dropFirst(tree.root.string.utf8.count + 1)) } == ["a/b/up", "e/up/b"])
    }
  }

  @Test("a link that leads nowhere is a problem; pipes in directories are passed over, given ones are problems")
  func noFiles() throws {
    try FileTree.with { tree in
      try tree.link("a.jpg", to: "nowhere")
      try tree.link("loop.jpg", to: "loop.jpg")
      try #require(tree.path("pipe.jpg").withPlatformString { mkfifo($0, 0o600) } == 0)
      let images = try tree.list(ImageListing(paths: [tree.root, tree.path("pipe.jpg")]))
      #expect(images.map(tree.name) == ["a.jpg", "loop.jpg", "pipe.jpg"])
      #expect(images.map { $0.failure?.code } == [.notFound, .unreadable, .notAFile])
      #expect(images.allSatisfy { $0.failure?.stage == .list })
    }
  }

  @Test("what does not exist is a problem, and the list goes on")
  func missing() throws {
    try FileTree.with { tree in
      try tree.writeFiles("a.jpg")
      let images = try tree.list(ImageListing(paths: ["x.jpg", "a.jpg/b", "a.jpg"].map(tree.path)))
      #expect(images.map { $0.failure?.code } == [.notFound, .notFound, nil])
    }
  }

  @Test("a directory that vanishes while the list is read is a problem with its path")
  func vanished() throws {
    try FileTree.with { tree in
      try tree.writeFiles("a.jpg", "b/c.jpg", "d.jpg")
      var lister = try ImageLister(ImageListing(paths: [tree.root]))
      #expect(try lister.next().map(tree.name) == "a.jpg")
      try FileManager.default.removeItem(atPath: tree.path("b").string)
      let vanished = try #require(try lister.next())
      #expect(vanished.path == tree.path("b"))
      #expect(vanished.failure?.code == .notFound)
      #expect(try lister.next().map(tree.name) == "d.jpg")
    }
  }

  @Test("a directory that may not be read is a problem with its path", .enabled(if: geteuid() != 0))
  func forbidden() throws {
    try FileTree.with { tree in
      try tree.writeFiles("a/b.jpg", "c.jpg")
      try #require(tree.path("a").withPlatformString { chmod($0, 0) } == 0)
      defer { _ = tree.path("a").withPlatformString { chmod($0, 0o700) } }
      let images = try tree.list(ImageListing(paths: [tree.root]))
      #expect(images.map(\.path) == [tree.path("a"), tree.path("c.jpg")])
      #expect(images.first?.failure?.code == .permissionDenied)
    }
  }

  @Test("the run's own outputs are left out, though they come to be only while the list is read")
  func ownPaths() throws {
    try FileTree.with { tree in
      try tree.writeFiles("a.jpg", "captions.jsonl", "run.journal/journal", "z.jpg")
      try tree.link("link", to: "run.journal")
      var listing = ImageListing(paths: [tree.root])
      listing.ownPaths = ["captions.jsonl", "run.journal", "b/shards", "y.jsonl"].map(tree.path)
      var lister = try ImageLister(listing)
      try tree.writeFiles("b/shards/000000.tar", "y.jsonl")
      var names: [String] = []
      while let image = try lister.next() { names.append(tree.name(image)) }
      #expect(names == ["a.jpg", "z.jpg"])
    }
  }

  @Test("an output that is given as input is left out with a warning")
  func ownPathGiven() throws {
    try FileTree.with { tree in
      try tree.writeFiles("out/a.jpg")
      var listing = ImageListing(paths: [tree.path("out")])
      listing.ownPaths = [tree.path("out")]
      var warnings = 0
      var lister = try ImageLister(listing, onWarning: { _, _ in warnings += 1 })
      #expect(try lister.next() == nil)
      #expect(warnings == 1)
    }
  }

  @Test("a directory of 20,000 files is listed in order, and counted")
  func manyFiles() throws {
    try FileTree.with { tree in
      for number in 0..<20_000 {
        try FileDescriptor.open(
          tree.path("\(number).jpg"), .writeOnly, options: .create, permissions: .ownerReadWrite
        ).close()
      }
      let names = try tree.names()
      #expect(names.count == 20_000)
      #expect(names == (0..<20_000).map { "\($0).jpg" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      #expect(try ImageListing(paths: [tree.root]).count() == 20_000)
    }
  }

  @Test("listing and counting are broken off though no image is found")
  func cancelled() throws {
    try FileTree.with { tree in
      for number in 0..<10_000 {
        try FileDescriptor.open(
          tree.path("\(number).txt"), .writeOnly, options: .create, permissions: .ownerReadWrite
        ).close()
      }
      var listing = ImageListing(paths: [tree.root])
      listing.filter.includes = [try Glob("*.jpg")]
      #expect(throws: CancellationError.self) { try listing.count(isCancelled: { true }) }
      // Twice while names are read, and then among them.
      let asked = Mutex(0)
      #expect(throws: CancellationError.self) {
        var lister = try ImageLister(
          listing,
          isCancelled: {
            asked.withLock { asked in
              asked += 1
              return asked > 3
            }
          })
        _ = try lister.next()
      }
    }
  }

  @Test("a URL is told from a path", arguments: ["https://example.org/a.jpg", "s3://bucket/a.tar"])
  func urls(url: String) throws {
    var lister = try ImageLister(ImageListing(paths: [FilePath(url)]))
    let image = try #require(try lister.next())
    #expect(image.failure?.code == .url)
    #expect(image.failure?.message.contains(url) == true)
  }

  @Test("A directory that is a run's journal is passed over, whatever it is called and whoever's it is")
  func journals() throws {
    try FileTree.with { tree in
      for directory in ["a.journal", "b/elsewhere"] {
        try tree.write("\(directory)/settings.json", "{}")
        try tree.write("\(directory)/journal", "caption journal 7\nrecords")
        try tree.write("\(directory)/lock")
      }
      try tree.write("diary/journal", "caption journal of my own")
      try tree.writeFiles("b/photo.jpg")
      #expect(try tree.names() == ["b/photo.jpg", "diary/journal"])
    }
  }
}
