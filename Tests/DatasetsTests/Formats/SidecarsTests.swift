import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Images with text files")
struct SidecarsTests {
  @Test("A text file holds a caption a line; its name is the image's with or without its extension")
  func lines() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.PNG", "c.d.png")
      try directory.write("a.txt", "a cat\n\na pet\r\n")
      try directory.write("b.PNG.txt", "a dog")
      try directory.write("c.d.txt", "a cow")
      try directory.write("LICENSE.txt", "free")
      let dataset = try directory.dataset()
      #expect(dataset.format == "images with text files")
      #expect(dataset.names == ["a.png", "b.PNG", "c.d.png"])
      #expect(dataset.captions == [["a cat", "a pet"], ["a dog"], ["a cow"]])
      #expect(dataset.damaged.isEmpty)
    }
  }

  @Test("A file .caption is read as one .txt is, which comes first, and text in UTF-16 as any other")
  func captionFiles() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png", "c.png", "d.png")
      try directory.write("a.caption", "a cat\na pet\n")
      try directory.write("b.png.caption", "a dog")
      try directory.write("c.txt", "a cow")
      try directory.write("c.caption", "a horse")
      try directory.write("d.caption", [UInt8](try #require("\u{FEFF}a h\u{fc}ndchen".data(using: .utf16LittleEndian))))
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["a cat", "a pet"], ["a dog"], ["a cow"], ["a h\u{fc}ndchen"]])
    }
  }

  @Test("An XMP sidecar's description is the caption, in the default language")
  func xmp() throws {
    func packet(_ description: String) -> String {
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF><rdf:Description \(description)</rdf:Description></rdf:RDF></x:xmpmeta>"
    }
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png", "c.png")
      try directory.write(
        "a.xmp",
        packet(
          "><dc:description><rdf:Alt><rdf:li xml:lang=\"de\">Katze</rdf:li>"
            + "<rdf:li xml:lang=\"x-default\">a &lt;big&gt; cat &amp; a d&#xF6;g</rdf:li></rdf:Alt></dc:description>"))
      try directory.write("b.png.xmp", packet("dc:description=\"a dog &quot;Rex&quot;\">"))
      try directory.write("c.xmp", packet(">"))
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["a <big> cat & a d\u{f6}g"], ["a dog \"Rex\""]])
      #expect(dataset.damaged.map(\.description) == ["c.png (c.xmp): it has no caption"])
    }
  }

  @Test("Folders within are read in order, those named after splits as splits, and a link back ends")
  func folders() throws {
    try withTemporaryDirectory { directory in
      for name in ["val/b", "train/x/a", "other/c"] {
        try directory.writeImages("\(name).png")
        try directory.write("\(name).txt", "a cat")
      }
      try FileManager.default.createSymbolicLink(
        at: directory.appending(path: "train/x/back"), withDestinationURL: directory)
      let dataset = try directory.dataset()
      #expect(dataset.names == ["other/c.png", "train/x/a.png", "val/b.png"])
      #expect(dataset.splits == [nil, .train, .validation])
    }
  }

  @Test("Images without text, with a blank one or with one that is not UTF-8 are named")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png", "c.png", "d.png")
      try directory.write("a.txt", "a cat")
      try directory.write("b.txt", "\n \n")
      try directory.write("c.txt", [0xFF])
      let dataset = try directory.dataset()
      #expect(dataset.names == ["a.png"])
      #expect(
        dataset.damaged.map(\.description) == [
          "b.png (b.txt): its caption is empty", "c.png: c.txt is not valid UTF-8",
          "d.png: there is no d.txt beside it",
        ])
    }
  }
}
