import BatchCaptioning
import Captioning
import Testing

@Suite("XMP sidecars")
struct XMPSidecarTests {
  private let format = XMPSidecar()

  /// What a sidecar holds with a caption.
  private func merged(_ text: String, _ caption: String = "a cat", overwrites: Bool = false) throws -> String? {
    try format.content(WrittenImage.caption(caption), existing: Array(text.utf8), overwrites: overwrites)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The sample with `new` in place of `old`, which it has once.
  private func replacing(_ old: String, with new: String, in sample: XMPSample) -> String {
    #expect(sample.text.ranges(of: old).count == 1)
    return sample.text.replacing(old, with: new)
  }

  private func description(indent: String, _ caption: String = "a cat", newline: String = "\n") -> String {
    [
      "", "<dc:description>", " <rdf:Alt>", "  <rdf:li xml:lang=\"x-default\">\(caption)</rdf:li>", " </rdf:Alt>",
      "</dc:description>",
    ].enumerated().map { $0.offset == 0 ? "" : indent + $0.element }.joined(separator: newline)
  }

  @Test("A new sidecar is a packet with the caption")
  func packet() throws {
    let content = try #require(
      try format.content(WrittenImage.caption("a <cat> & \"dog\""), existing: nil, overwrites: false))
    #expect(
      String(decoding: content, as: UTF8.self) == """
        <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="caption">
         <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
          <rdf:Description rdf:about=""
            xmlns:dc="http://purl.org/dc/elements/1.1/">
           <dc:description>
            <rdf:Alt>
             <rdf:li xml:lang="x-default">a &lt;cat&gt; &amp; "dog"</rdf:li>
            </rdf:Alt>
           </dc:description>
          </rdf:Description>
         </rdf:RDF>
        </x:xmpmeta>
        <?xpacket end="w"?>

        """)
    #expect(format.isComplete(content))
  }

  @Test("An empty sidecar is written as a new one", arguments: ["", " \n"])
  func emptyFile(text: String) throws {
    let new = try format.content(WrittenImage.caption("a cat"), existing: nil, overwrites: false)
    #expect(try format.content(WrittenImage.caption("a cat"), existing: Array(text.utf8), overwrites: false) == new)
  }

  @Test("Characters that XML cannot hold are left out, and a return is kept")
  func characters() throws {
    let merged = try merged(XMPSample.empty.text, "a\u{0}b\u{1F}c\rd\u{FFFE}e\u{1F600}")
    #expect(merged?.contains(">abc&#13;de\u{1F600}<") == true)
  }

  @Test("A description is added, with its namespace where that is not declared")
  func lightroom() throws {
    var expected = replacing(
      "   crs:HasSettings=\"True\">",
      with:
        "   crs:HasSettings=\"True\"\n   xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\(description(indent: "   "))",
      in: .lightroom)
    #expect(try merged(XMPSample.lightroom.text) == expected)
    expected = replacing(
      "darktable:auto_presets_applied=\"1\">",
      with: "darktable:auto_presets_applied=\"1\">\(description(indent: "   "))", in: .darktable)
    #expect(try merged(XMPSample.darktable.text) == expected)
  }

  @Test("An element that is empty is opened, with the line ends and the indentation of its document")
  func emptyElement() throws {
    var expected = replacing(
      "photoshop:City=\"Zürich\"/>",
      with:
        "photoshop:City=\"Zürich\"\n   xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\(description(indent: "   "))\n"
        + "  </rdf:Description>", in: .bridge)
    #expect(try merged(XMPSample.bridge.text) == expected)
    expected = replacing(
      "photoshop:City=\"Zürich\"/>",
      with: "photoshop:City=\"Zürich\"\r\n   xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
        + description(indent: "\t\t\t", newline: "\r\n").replacing("\t ", with: "\t\t").replacing("\t ", with: "\t\t")
        + "\r\n\t\t</rdf:Description>", in: .windows)
    #expect(try merged(XMPSample.windows.text) == expected)
  }

  @Test("The first of several elements takes the description, and comments count for nothing")
  func exiftool() throws {
    let expected = replacing(
      "  xmlns:exif='http://ns.adobe.com/exif/1.0/'>",
      with: "  xmlns:exif='http://ns.adobe.com/exif/1.0/'\n  xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
        + description(indent: "  "), in: .exiftool)
    #expect(try merged(XMPSample.exiftool.text) == expected)
  }

  @Test("Prefixes are those of the document, and one that stands for something else is declared anew")
  func otherPrefixes() throws {
    let expected = replacing(
      "<rdf:kept/>",
      with: "<dc:description xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><r:Alt><r:li xml:lang=\"x-default\">a cat"
        + "</r:li></r:Alt></dc:description><rdf:kept/>", in: .otherPrefixes)
    #expect(try merged(XMPSample.otherPrefixes.text) == expected)
  }

  @Test("Where there is no element to take the description, one is made")
  func withoutElement() throws {
    let expected = replacing(
      "-ns#\"/>",
      with: "-ns#\">\n  <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
        + "\(description(indent: "   "))\n  </rdf:Description>\n </rdf:RDF>", in: .empty)
    #expect(try merged(XMPSample.empty.text) == expected)
  }

  @Test("A description in other languages alone stays behind the caption")
  func otherLanguage() throws {
    #expect(!format.isComplete(Array(XMPSample.german.text.utf8)))
    let expected = replacing(
      "<rdf:Alt>", with: "<rdf:Alt>\n     <rdf:li xml:lang=\"x-default\">a cat</rdf:li>", in: .german)
    #expect(try merged(XMPSample.german.text) == expected)
  }

  @Test("A description that is there stays as it is")
  func kept() throws {
    #expect(format.isComplete(Array(XMPSample.digiKam.text.utf8)))
    #expect(try merged(XMPSample.digiKam.text) == nil)
  }

  @Test("Of a description that is overwritten only the text in the default language is another")
  func overwritten() throws {
    let expected = replacing("My own words &lt;3", with: "a cat &amp; a dog", in: .digiKam)
    #expect(try merged(XMPSample.digiKam.text, "a cat & a dog", overwrites: true) == expected)
  }

  @Test("A caption that was merged is there for the next run", arguments: XMPSample.withoutDescription)
  func twice(sample: XMPSample) throws {
    #expect(!format.isComplete(Array(sample.text.utf8)))
    let once = try #require(try merged(sample.text))
    #expect(format.isComplete(Array(once.utf8)))
    #expect(try merged(once) == nil)
    #expect(try merged(once, "a dog", overwrites: true) == once.replacing("a cat", with: "a dog"))
  }

  /// `rdf:Description` with these attributes and this content.
  private func document(_ content: String, attributes: String = "") -> String {
    """
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">\
    <rdf:Description\(attributes)>\(content)</rdf:Description></rdf:RDF>
    """
  }

  @Test("A description in an attribute is replaced there")
  func attribute() throws {
    let text = document("", attributes: #" dc:description="mine""#)
    #expect(format.isComplete(Array(text.utf8)))
    #expect(try merged(text) == nil)
    #expect(
      try merged(text, "a \"cat\" & 'dog'\n", overwrites: true)
        == document("", attributes: #" dc:description="a &#34;cat&#34; &amp; &#39;dog&#39;&#10;""#))
  }

  @Test(
    "Descriptions that say nothing are filled in",
    arguments: [
      ("<dc:description/>", "<dc:description><rdf:Alt>ITEM</rdf:Alt></dc:description>"),
      ("<dc:description></dc:description>", "<dc:description><rdf:Alt>ITEM</rdf:Alt></dc:description>"),
      ("<dc:description><rdf:Alt/></dc:description>", "<dc:description><rdf:Alt>ITEM</rdf:Alt></dc:description>"),
      (
        "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'/></rdf:Alt></dc:description>",
        "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>a cat</rdf:li></rdf:Alt></dc:description>"
      ),
      (
        "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\"> <!-- --> </rdf:li></rdf:Alt></dc:description>",
        "<dc:description><rdf:Alt>ITEM</rdf:Alt></dc:description>"
      ),
    ])
  func blank(before: String, after: String) throws {
    let item = #"<rdf:li xml:lang="x-default">a cat</rdf:li>"#
    #expect(!format.isComplete(Array(document(before).utf8)))
    #expect(try merged(document(before)) == document(after.replacing("ITEM", with: item)))
  }

  @Test(
    "Texts in forms that the specification does not have are found and replaced",
    arguments: [
      "<dc:description>TEXT</dc:description>",
      "<dc:description><rdf:Alt><rdf:li>TEXT</rdf:li></rdf:Alt></dc:description>",
      "<dc:description><rdf:Seq><rdf:li>TEXT</rdf:li></rdf:Seq></dc:description>",
      "<dc:description><rdf:Alt><rdf:li xml:lang='X-Default'>TEXT</rdf:li></rdf:Alt></dc:description>",
      "<d:description xmlns:d='http://purl.org/dc/elements/1.1&#47;'>TEXT</d:description>",
    ])
  func unusual(form: String) throws {
    let text = document(form.replacing("TEXT", with: "<![CDATA[mine]]>"))
    #expect(format.isComplete(Array(text.utf8)))
    #expect(try merged(text) == nil)
    #expect(try merged(text, overwrites: true) == document(form.replacing("TEXT", with: "a cat")))
  }

  @Test("What is called a description and is none stays")
  func others() throws {
    let own = "<x:description xmlns:x='http://example.org/'>mine</x:description>"
    let nested =
      "<x:a xmlns:x='http://example.org/'><rdf:Description><dc:description>b</dc:description></rdf:Description></x:a>"
    let added = #"<dc:description><rdf:Alt><rdf:li xml:lang="x-default">a cat</rdf:li></rdf:Alt></dc:description>"#
    #expect(try merged(document(own + nested), overwrites: true) == document(added + own + nested))
  }
}
