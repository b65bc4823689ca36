import Testing

/// Sidecars as programs write them.
struct XMPSample: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String

  private init(_ description: String, _ text: String) {
    testDescription = description
    self.text = text
  }

  /// Attributes on lines of their own, no description.
  static let lightroom = XMPSample(
    "Lightroom",
    """
    <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 5.6-c140 79.160451, 2017/05/06-01:08:21        ">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
        xmlns:xmp="http://ns.adobe.com/xap/1.0/"
        xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
       xmp:Rating="4"
       xmp:Label="R&amp;D"
       crs:Exposure2012="+0.35"
       crs:HasSettings="True">
       <crs:ToneCurvePV2012>
        <rdf:Seq>
         <rdf:li>0, 0</rdf:li>
         <rdf:li>255, 255</rdf:li>
        </rdf:Seq>
       </crs:ToneCurvePV2012>
      </rdf:Description>
     </rdf:RDF>
    </x:xmpmeta>

    """)

  /// An empty element with all its values in attributes.
  static let bridge = XMPSample(
    "Bridge",
    """
    <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
        xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
       photoshop:City="Zürich"/>
     </rdf:RDF>
    </x:xmpmeta>
    <?xpacket end="w"?>
    """)

  /// An XML declaration, the namespace declared, keywords, no description.
  static let darktable = XMPSample(
    "darktable",
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
        xmlns:xmp="http://ns.adobe.com/xap/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:darktable="http://darktable.sf.net/"
       xmp:Rating="1"
       darktable:xmp_version="5"
       darktable:auto_presets_applied="1">
       <dc:subject>
        <rdf:Bag>
         <rdf:li>lake</rdf:li>
        </rdf:Bag>
       </dc:subject>
       <darktable:history>
        <rdf:Seq>
         <rdf:li
          darktable:num="0"
          darktable:operation="exposure"
          darktable:enabled="1"/>
        </rdf:Seq>
       </darktable:history>
      </rdf:Description>
     </rdf:RDF>
    </x:xmpmeta>

    """)

  /// A description in the default language and one in German.
  static let digiKam = XMPSample(
    "digiKam",
    """
    <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
        xmlns:digiKam="http://www.digikam.org/ns/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"
       digiKam:PickLabel="0">
       <digiKam:TagsList>
        <rdf:Seq>
         <rdf:li>Places/Lake</rdf:li>
        </rdf:Seq>
       </digiKam:TagsList>
       <dc:description>
        <rdf:Alt>
         <rdf:li xml:lang="x-default">My own words &lt;3</rdf:li>
         <rdf:li xml:lang="de-DE">Meine eigenen Worte</rdf:li>
        </rdf:Alt>
       </dc:description>
      </rdf:Description>
     </rdf:RDF>
    </x:xmpmeta>
    <?xpacket end="w"?>
    """)

  /// A description in German alone.
  static let german = XMPSample(
    "German alone",
    digiKam.text.replacing("     <rdf:li xml:lang=\"x-default\">My own words &lt;3</rdf:li>\n", with: ""))

  /// Quotes of the other kind, an element for each namespace, a comment that looks like a description.
  static let exiftool = XMPSample(
    "ExifTool",
    """
    <?xpacket begin='\u{FEFF}' id='W5M0MpCehiHzreSzNTczkc9d'?>
    <x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Image::ExifTool 12.40'>
    <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>

     <!-- <rdf:Description><dc:description>none</dc:description></rdf:Description> -->
     <rdf:Description rdf:about=''
      xmlns:exif='http://ns.adobe.com/exif/1.0/'>
      <exif:UserComment>
       <rdf:Alt>
        <rdf:li xml:lang='x-default'>a > b</rdf:li>
       </rdf:Alt>
      </exif:UserComment>
     </rdf:Description>

     <rdf:Description rdf:about=''
      xmlns:tiff='http://ns.adobe.com/tiff/1.0/'>
      <tiff:Make>Canon</tiff:Make>
     </rdf:Description>
    </rdf:RDF>
    </x:xmpmeta>
    <?xpacket end='w'?>
    """)

  /// On one line, under other prefixes; the usual ones stand for something else.
  static let otherPrefixes = XMPSample(
    "other prefixes",
    """
    <m:xmpmeta xmlns:m="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
    <r:Description r:about="" xmlns:dc="http://example.org/dc/" xmlns:rdf="http://example.org/rdf/" dc:format="x">\
    <rdf:kept/></r:Description></r:RDF></m:xmpmeta>
    """)

  /// Lines that end as Windows has them, and tabs.
  static let windows = XMPSample(
    "Windows",
    bridge.text.replacing("\n", with: "\r\n").replacing(
      "  <rdf:Description", with: "\t\t<rdf:Description"))

  /// No `rdf:Description` at all.
  static let empty = XMPSample(
    "empty",
    """
    <x:xmpmeta xmlns:x="adobe:ns:meta/">
     <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>
    </x:xmpmeta>
    """)

  static let withoutDescription = [lightroom, bridge, darktable, german, exiftool, otherPrefixes, windows, empty]
  /// ExifTool takes no file for XMP that has others.
  static let withUsualPrefixes = [lightroom, bridge, darktable, digiKam, german, exiftool, windows, empty]
}
