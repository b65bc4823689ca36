import BatchCaptioning
import Captioning
import TestSupport
import Testing

@Suite("Damaged XMP sidecars")
struct DamagedXMPTests {
  private func failure(_ bytes: [UInt8]) -> ImageFailure? {
    #expect(!XMPSidecar().isComplete(bytes))
    return #expect(throws: ImageFailure.self) {
      try XMPSidecar().content(WrittenImage.caption("a cat"), existing: bytes, overwrites: true)
    }
  }

  private static let start =
    #"<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:d="http://purl.org/dc/elements/1.1/">"#

  @Test(
    "A sidecar that is not well-formed is refused, with the line",
    arguments: [
      "<a>", "<a></b>", "<a/><b/>", "text<a/>", "<a/>text", "<a", "<a b></a>", "<a b=c/>", "<a b='c/>", "<a b='<'/>",
      "<a b='1' b='2'/>", "<a b='1'c='2'/>", "< a/>", "<a>&nbsp;</a>", "<a>&</a>", "<a b='&x;'/>", "<a>&#0;</a>",
      "<a>&#xD800;</a>",
      "<a>\u{1}</a>", "<!-- <a/>", "<a><![CDATA[</a>", "<![CDATA[x]]><a/>", "<?xpacket <a/>", "<!DOCTYPE a><a/>",
      "</a>", "<1/>",
      "<?xml version='1.0' encoding='ISO-8859-1'?>\n<a/>", "not XML at all",
    ])
  func malformed(text: String) {
    let failure = failure(Array(text.utf8))
    #expect(failure?.code == .sidecar && failure?.stage == .write)
    #expect(failure?.message.contains("(line ") == true)
  }

  @Test("A sidecar is refused wherever it was cut off", arguments: [XMPSample.digiKam, .lightroom, .exiftool])
  func cutOff(sample: XMPSample) throws {
    let bytes = Array(sample.text.utf8)
    let end = try #require(sample.text.utf8.ranges(of: "</x:xmpmeta>".utf8).first)
    let count = sample.text.utf8.distance(from: sample.text.startIndex, to: end.upperBound)
    for length in stride(from: 1, to: count, by: 7) {
      #expect(throws: ImageFailure.self, "\(length) bytes") {
        try XMPSidecar().content(WrittenImage.caption("a cat"), existing: Array(bytes[..<length]), overwrites: true)
      }
    }
  }

  @Test("Text in other encodings is refused")
  func encodings() {
    #expect(failure([0xFF, 0xFE] + "<a/>".utf16.flatMap { [UInt8($0), 0] }) != nil)
    #expect(failure("<a/>".utf16.flatMap { [UInt8($0), 0] }) != nil)
    #expect(failure(Array("<a>".utf8) + [0xE9] + Array("</a>".utf8)) != nil)
  }

  @Test("Elements that are nested without end are refused")
  func deep() {
    let text = String(repeating: "<a>", count: 100_000) + String(repeating: "</a>", count: 100_000)
    #expect(failure(Array(text.utf8))?.message.contains("too deep") == true)
  }

  @Test(
    "XML that is no XMP is refused", arguments: ["<a/>", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "<svg>text</svg>"])
  func otherXML(text: String) {
    #expect(failure(Array(text.utf8))?.message.contains("rdf:RDF") == true)
  }

  @Test(
    "A description in a form that nobody knows is refused",
    arguments: [
      "<d:description r:parseType='Resource'/>", "<d:description r:resource='x'/>",
      "<d:description><a/></d:description>",
      "<d:description><r:Alt><r:li xml:lang='x-default'><r:value>x</r:value></r:li></r:Alt></d:description>",
    ])
  func unknownForm(property: String) {
    let text = Self.start + property + "</r:Description></r:RDF>"
    #expect(failure(Array(text.utf8))?.message.contains("form") == true)
  }

  @Test("A sidecar that is refused stays as it is, and the failure names it")
  func untouched() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      try files.write("<a>", as: "a.xmp")
      let place = SidecarPlace(fileExtension: "xmp", outputDirectory: nil, roots: [])
      let output = try SidecarOutput(
        format: XMPSidecar(), place: place, overwrites: true, adoptsFullNames: true,
        ownersPath: files.text("owners.index"))
      let failure = #expect(throws: ImageFailure.self) {
        try output.write(WrittenImage.captioned(files.path("a.jpg")))
      }
      #expect(failure?.message.contains(files.text("a.xmp")) == true)
      #expect(try files.read("a.xmp") == "<a>")
      #expect(try files.names() == ["a.xmp"])
    }
  }
}
