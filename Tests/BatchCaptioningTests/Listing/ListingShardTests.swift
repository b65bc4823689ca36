import BatchCaptioning
import Captioning
import SystemPackage
import TestSupport
import Testing

@Suite("Sharing a list among runs")
struct ListingShardTests {
  @Test("every image is in one shard, whatever else is in the list, and ordinals count a shard's own")
  func partition() throws {
    try FileTree.with { tree in
      for number in 0..<300 { try tree.write("\(number % 7)/\(number).jpg") }
      var tar = TarBuilder()
      for number in 0..<100 { tar.add("\(number).jpg", "image") }
      try tree.write("s.tar", tar.finished())
      let all = try tree.names()
      #expect(all.count == 400)
      var seen: [String] = []
      for index in 1...3 {
        var listing = ImageListing(paths: [tree.root])
        listing.shard = try ImageListing.Shard("\(index)/3")
        let images = try tree.list(listing)
        #expect(images.map(\.ordinal) == Array(0..<images.count))
        #expect(try listing.count() == images.count)
        // Some balance.
        #expect((80...190).contains(images.count))
        seen += images.map(tree.name)
        // Another order, and other company.
        listing.paths = [tree.path("s.tar"), tree.path("missing"), tree.path("3")]
        let others = try tree.list(listing).filter { $0.failure == nil }.map(tree.name)
        #expect(Set(others).isSubset(of: images.map(tree.name)))
      }
      #expect(seen.sorted() == all.sorted())
    }
  }

  @Test("a path's shard is the same for ever")
  func stable() throws {
    // From Python's hashlib: sha256(path)[:8] as a big-endian number, modulo 16, plus one.
    let paths: [(FilePath, Int)] = [
      ("a.jpg", 11), ("s.tar/b.jpg", 14), (FilePath(bytes: Array("photos/".utf8) + [0xFF] + Array(".jpg".utf8)), 14),
    ]
    for (path, expected) in paths {
      let shards = try (1...16).filter { try ImageListing.Shard("\($0)/16").contains(path) }
      #expect(shards == [expected])
    }
    #expect(try ImageListing.Shard("1/1").contains("a.jpg"))
    #expect(try ImageListing.Shard("11/16").contains("./a.jpg"))
  }

  @Test("a wrong shard is refused", arguments: ["", "1", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "+1/4", " 1/4"])
  func wrong(text: String) {
    #expect(throws: ImageListingError.invalidShard(text)) { try ImageListing.Shard(text) }
  }
}
