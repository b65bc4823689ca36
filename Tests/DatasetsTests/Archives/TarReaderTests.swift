import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Tar archives")
struct TarReaderTests {
  private static let longName =
    "folder/" + String(repeating: "deep", count: 30) + "/" + String(repeating: "n", count: 80)

  @Test(
    "Names of more than a hundred bytes are read as each format keeps them",
    arguments: [TarBuilder.Style.ustar, .pax, .gnu])
  func longNames(style: TarBuilder.Style) throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder(style)
      tar.add(Self.longName + ".png", try Samples.image())
      tar.add(Self.longName + ".txt", "a cat")
      try directory.write("a.tar", tar.finished())
      let dataset = try directory.dataset("a.tar")
      #expect(dataset.names == [Self.longName + ".png"])
      #expect(dataset.captions == [["a cat"]])
      #expect(dataset.damaged.isEmpty)
    }
  }

  @Test("Archives from before POSIX have no magic, and are known by their checksum")
  func oldest() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder(.oldest)
      tar.add("a.png", try Samples.image())
      tar.add("a.txt", "a cat")
      try directory.write("a", tar.finished())
      #expect(try directory.dataset("a").names == ["a.png"])
    }
  }

  @Test("A size in base 256, as GNU tar writes large ones, is understood")
  func base256() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder(.gnu)
      tar.add("a.png", try Samples.image(), base256: true)
      tar.add("a.txt", "a cat")
      try directory.write("a.tar", tar.finished())
      let dataset = try directory.dataset("a.tar")
      #expect(try dataset.images.first?.image.bytes() == Samples.image())
    }
  }

  @Test("The size in a pax record stands instead of the header's")
  func paxSize() throws {
    try withTemporaryDirectory { directory in
      let image = try Samples.image()
      var tar = TarBuilder(.pax)
      tar.add(pax: [("mtime", "1.5"), ("size", "\(image.count)")])
      tar.addHeader("a.png", count: 0, type: "0", content: image)
      tar.add("a.txt", "a cat")
      try directory.write("a.tar", tar.finished())
      let dataset = try directory.dataset("a.tar")
      #expect(try dataset.images.first?.image.bytes() == image)
      #expect(dataset.captions == [["a cat"]])
    }
  }

  @Test("Global records, directories, devices and one lone block of zeros play no part")
  func others() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder(.pax)
      tar.add(pax: [("comment", "a commit")], type: "g")
      tar.addHeader("folder/", count: 0, type: "5", content: [])
      tar.addHeader("null", count: 0, type: "3", content: [])
      tar.add("folder/a.png", try Samples.image())
      var second = TarBuilder()
      second.add("folder/a.txt", "a cat")
      try directory.write("a.tar", tar.bytes + [UInt8](repeating: 0, count: 512) + second.finished())
      let dataset = try directory.dataset("a.tar")
      #expect(dataset.names == ["folder/a.png"])
      #expect(dataset.damaged.isEmpty)
    }
  }

  @Test("Archives that the system's tar makes of a folder, in GNU's format and in pax, are read")
  func systemTar() throws {
    try withTemporaryDirectory { directory in
      let name = "photo " + String(repeating: "é", count: 70)
      try directory.write("in/\(name).png", try Samples.image())
      try directory.write("in/\(name).txt", "a cat")
      for format in ["gnu", "pax"] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/tar")
        process.arguments = ["--format", format, "-cf", "\(format).tar", "-C", "in", "."]
        process.currentDirectoryURL = directory
        try process.run()
        process.waitUntilExit()
        let dataset = try directory.dataset("\(format).tar")
        #expect(dataset.names == ["./\(name).png"])
        #expect(try dataset.images.first?.image.bytes() == Samples.image())
      }
    }
  }

  @Test(
    "A truncated archive keeps what came before, wherever it ends, and the damage names the archive", arguments: 1...12)
  func truncated(twelfths: Int) throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add("a.png", try Samples.image())
      tar.add("a.txt", "a cat")
      let complete = tar.bytes.count
      tar.add("b.png", try Samples.image())
      tar.add("b.txt", "a dog")
      // From the first sample's end to the second's: never the whole, which would be complete but for its end's mark.
      let end = complete + (tar.bytes.count - complete) * (twelfths - 1) / 12
      try directory.write("a.tar", Array(tar.bytes[..<end]))
      let dataset = try directory.dataset("a.tar")
      #expect(dataset.names.first == "a.png")
      #expect(dataset.damaged.last?.name == directory.appending(path: "a.tar").plainPath)
      #expect(dataset.damaged.last?.reason.contains("truncated") == true)
    }
  }

  @Test("A header whose checksum is wrong ends the archive, and says where")
  func checksum() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add("a.png", try Samples.image())
      tar.add("a.txt", "a cat")
      let place = tar.bytes.count
      tar.add("b.png", try Samples.image())
      var bytes = tar.finished()
      bytes[place] ^= 1
      try directory.write("a.tar", bytes)
      let dataset = try directory.dataset("a.tar")
      #expect(dataset.names == ["a.png"])
      #expect(dataset.damaged.map(\.reason) == ["the header's checksum is wrong (at byte \(place))"])
    }
  }

  @Test("A size beyond everything neither overflows nor is believed", arguments: [Int.max, Int.max - 511, 1 << 40])
  func hugeSize(count: Int) throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder(.gnu)
      tar.addHeader("a.png", count: count, type: "0", content: try Samples.image(), base256: true)
      try directory.write("a.tar", tar.finished())
      let dataset = try directory.dataset("a.tar")
      #expect(dataset.images.isEmpty)
      #expect(dataset.damaged.count == 1)
    }
  }

  @Test(
    "Pax records that break their grammar are damage",
    arguments: ["99 path=a\n", "x path=a\n", "9 path=a\n\n", "4 a\n"])
  func malformedPax(records: String) throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder(.pax)
      tar.addHeader("x", count: records.utf8.count, type: "x", content: Array(records.utf8))
      tar.add("a.png", try Samples.image())
      try directory.write("a.tar", tar.finished())
      #expect(try directory.dataset("a.tar").damaged.map(\.reason) == ["an extended header is damaged (at byte 0)"])
    }
  }

  @Test("Links and sparse files hold no image", arguments: [("2" as Character, "link"), ("S", "sparse")])
  func withoutContent(type: Character, word: String) throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder(.gnu)
      tar.add("a.png", [], type: type)
      tar.add("a.txt", "a cat")
      try directory.write("a.tar", tar.finished())
      let dataset = try directory.dataset("a.tar")
      #expect(dataset.images.isEmpty)
      #expect(dataset.damaged.first?.reason.contains(word) == true)
    }
  }
}
