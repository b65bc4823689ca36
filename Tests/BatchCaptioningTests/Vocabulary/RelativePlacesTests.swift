import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Places by the way from the journal")
struct RelativePlacesTests {
  @Test("A file has one place however its path is spelled")
  func spellings() throws {
    try FileTree.with { tree in
      try tree.writeFiles("photos/a/1.jpg", "out/x")
      try tree.link("link", to: "photos")
      var places = RelativePlaces(journal: tree.path("out/c.jsonl.journal"))
      let expected = places.place(of: tree.path("photos/a/1.jpg"))
      #expect(expected == "../photos/a/1.jpg")
      for path in ["photos//a/./1.jpg", "out/../photos/a/1.jpg", "link/a/1.jpg", "photos/a/../a/1.jpg"] {
        let place = places.place(of: tree.path(path))
        #expect(place == expected, "\(path)")
      }
      let others = ["photos/a/2.jpg", "out/c.jsonl"].map { places.place(of: tree.path($0)) }
      #expect(others == ["../photos/a/2.jpg", "c.jsonl"])
    }
  }

  @Test("A link to a file is a file of its own, and what does not exist has a place, too")
  func links() throws {
    try FileTree.with { tree in
      try tree.writeFiles("photos/1.jpg")
      try tree.link("photos/2.jpg", to: "1.jpg")
      var places = RelativePlaces(journal: tree.path("photos/j"))
      let found = ["photos/2.jpg", "photos/gone/far/3.jpg"].map { places.place(of: tree.path($0)) }
      #expect(found == ["2.jpg", "gone/far/3.jpg"])
    }
  }

  @Test("Samples of a shard differ from each other, and not by how the shard's path is spelled")
  func samples() throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      for name in ["a.jpg", "b.jpg"] { tar.add(name, "image") }
      try tree.write("in/s.tar", tar.finished())
      var places = RelativePlaces(journal: tree.path("j"))
      let keys = try tree.list(ImageListing(paths: [tree.path("in/s.tar")])).map { ImageKey($0, &places) }
      #expect(Set(keys).count == 2)
      let others = try tree.list(ImageListing(paths: [tree.path("in/../in")])).map { ImageKey($0, &places) }
      #expect(others == keys)
    }
  }
}
