import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("XMP sidecar")
struct XMPSidecarTests {
  private func content(_ text: String, _ existing: String?, overwrites: Bool = false) throws -> String? {
    guard let caption = Finished.captioned("a.jpg", text).caption else { return nil }
    return try XMPSidecar().content(caption, existing: existing.map { Array($0.utf8) }, overwrites: overwrites)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// What exiftool reads, by its own names.
  private func read(_ xmp: String) throws -> [String: Any] {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "a.xmp")
      try Data(xmp.utf8).write(to: url)
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [
        "exiftool", "-j", "-a", "-G1", "-charset", "utf8", "-struct", url.path(percentEncoded: false),
      ]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "exiftool failed; Tools/test installs it")
      return try #require((JSONSerialization.jsonObject(with: data) as? [[String: Any]])?.first)
    }
  }

  /// Sidecars as photo programs write them.
  private static let lightroom = """
    <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 5.6-c140">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
        xmlns:xmp="http://ns.adobe.com/xap/1.0/"
        xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
       xmp:Rating="4"
       crs:Exposure2012="+0.35">
       <crs:ToneCurvePV2012>
        <rdf:Seq>
         <rdf:li>0, 0</rdf:li>
        </rdf:Seq>
       </crs:ToneCurvePV2012>
      </rdf:Description>
     </rdf:RDF>
    </x:xmpmeta>
    <?xpacket end="w"?>
    """
  private static let darktable = """
    <?xml version="1.0" encoding="UTF-8"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
        xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:darktable="http://darktable.sf.net/"
       darktable:xmp_version="5">
       <!-- <dc:description> is not here -->
       <dc:subject><rdf:Bag><rdf:li>dog &amp; cat</rdf:li></rdf:Bag></dc:subject>
       <dc:description>
        <rdf:Alt>
         <rdf:li xml:lang="x-default">By hand</rdf:li>
         <rdf:li xml:lang="de">Von Hand</rdf:li>
        </rdf:Alt>
       </dc:description>
      </rdf:Description>
     </rdf:RDF>
    </x:xmpmeta>
    """
  private static let german = darktable.replacingOccurrences(
    of: "     <rdf:li xml:lang=\"x-default\">By hand</rdf:li>\n", with: "")
  private static let otherPrefixes = """
    <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
    <rdf:Description rdf:about='' xmlns:d='http://purl.org/dc/elements/1.1/' \
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="2"/></rdf:RDF></x:xmpmeta>
    """
  private static let attribute = """
    <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
    <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:description="short form"/>\
    </rdf:RDF></x:xmpmeta>
    """

  @Test("A new sidecar is read back by exiftool, whatever characters the caption has")
  func new() throws {
    for text in ["A dog.", "<a> & \"b\" 'c'", "É 🐕 ]]> --", "two\nlines\tand\u{1} control"] {
      let xmp = try #require(try content(text, nil))
      let read = try read(xmp)
      #expect(read["XMP-dc:Description"] as? String == text.replacingOccurrences(of: "\u{1}", with: ""))
    }
  }

  @Test("A caption comes into a sidecar that has none, and all else stays as it is, byte for byte")
  func added() throws {
    for (existing, rating) in [(Self.lightroom, 4), (Self.otherPrefixes, 2)] {
      let xmp = try #require(try content("A <dog>.", existing))
      let read = try read(xmp)
      #expect(read["XMP-dc:Description"] as? String == "A <dog>.")
      #expect(read["XMP-xmp:Rating"] as? Int == rating)
      // Without what was put in, it is the old file.
      let kept = zip(existing.utf8, xmp.utf8).prefix { $0 == $1 }.count
      let suffix = zip(existing.utf8.reversed(), xmp.utf8.reversed()).prefix { $0 == $1 }.count
      #expect(kept + suffix >= existing.utf8.count - 2)
    }
  }

  @Test("Other languages stay beside the new default")
  func otherLanguages() throws {
    let xmp = try #require(try content("A dog.", Self.german))
    let read = try read(xmp)
    #expect(read["XMP-dc:Description"] as? String == "A dog.")
    #expect(read["XMP-dc:Description-de"] as? String == "Von Hand")
    #expect(read["XMP-dc:Subject"] as? [String] == ["dog & cat"])
  }

  @Test("A description that is there stays unless it is to be overwritten; then it alone changes")
  func overwriting() throws {
    for (existing, old) in [(Self.darktable, "By hand"), (Self.attribute, "short form")] {
      #expect(XMPSidecar().isComplete(Array(existing.utf8)))
      #expect(try content("new", existing) == nil)
      #expect(try content("new", existing, overwrites: true) == existing.replacingOccurrences(of: old, with: "new"))
    }
    #expect(!XMPSidecar().isComplete(Array(Self.lightroom.utf8)))
  }

  @Test(
    "What is no whole XML is left alone, and the message says what is wrong with it",
    arguments: [
      "", "not xml", "<a><b></a>", "<x:xmpmeta xmlns:x='adobe:ns:meta/'>", "<!DOCTYPE x><x/>", "<rdf:RDF/>", "<a b=c/>",
      "<a", "<!-- <a/>", "<a></a></a>",
    ])
  func malformed(existing: String) {
    let failure = #expect(throws: ImageFailure.self) { try content("x", existing) }
    #expect(failure?.code == .sidecar && failure?.message.contains("mend or remove it") == true)
    #expect(!XMPSidecar().isComplete(Array(existing.utf8)))
  }

  @Test("Where photo.jpg.xmp exists it is added to, else photo.xmp is made")
  func names() throws {
    try withTemporaryDirectory { directory in
      try Data(Self.lightroom.utf8).write(to: directory.appending(path: "a.jpg.xmp"))
      let output = SidecarOutput(
        format: XMPSidecar(), place: SidecarPlace(fileExtension: "xmp", outputDirectory: nil, roots: []),
        overwrites: false, adoptsFullNames: true)
      for name in ["a.jpg", "b.jpg"] {
        try output.write(Finished.captioned(FilePath(directory.appending(path: name)), "A dog."))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["a.jpg.xmp", "b.xmp"])
      #expect(output.isPresent(Finished.captioned(FilePath(directory.appending(path: "a.jpg")), "").image))
    }
  }
}
