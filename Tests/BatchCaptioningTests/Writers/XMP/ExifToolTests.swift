import BatchCaptioning
import Captioning
import Foundation
import TestSupport
import Testing

/// Reads what is written with the program that most others rely on.
@Suite("XMP sidecars, read by ExifTool")
struct ExifToolTests {
  struct MissingExifTool: Error, CustomStringConvertible {
    let description =
      "exiftool is not on the PATH: Tools/test installs it (Debian's libimage-exiftool-perl), so run that once"
  }

  /// All that ExifTool says of a sidecar's XMP, by group and name.
  private func tags(_ text: String) throws -> [String: String] {
    try withTemporaryDirectory { directory in
      let (file, output) = (directory.appending(path: "a.xmp"), directory.appending(path: "out.json"))
      for (file, content) in [(file, text), (output, "")] { try Data(content.utf8).write(to: file) }
      let process = Process()
      let directories = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
      let binary = directories.map { URL(filePath: "\($0)/exiftool") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path(percentEncoded: false)) }
      guard let binary else { throw MissingExifTool() }
      process.executableURL = binary
      process.arguments = [
        "-json", "-G1", "-XMP:all", "-Warning", "-Error", file.path(percentEncoded: false),
      ]
      process.standardOutput = try FileHandle(forWritingTo: output)
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let objects = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: output)) as? [[String: Any]])
      return try #require(objects.first).filter { $0.key != "SourceFile" }.mapValues { "\($0)" }
    }
  }

  private func merged(_ text: String?, _ caption: String) throws -> String {
    let content = try XMPSidecar().content(
      WrittenImage.caption(caption), existing: text.map { Array($0.utf8) }, overwrites: true)
    return String(decoding: try #require(content), as: UTF8.self)
  }

  @Test("A new sidecar has the caption and nothing that ExifTool warns of")
  func new() throws {
    let caption = "a <cat> & a \"dog\" — 'é', 👩‍👩‍👧"
    #expect(try tags(merged(nil, caption)) == ["XMP-dc:Description": caption, "XMP-x:XMPToolkit": "caption"])
  }

  @Test("A sidecar that is merged into keeps all it had", arguments: XMPSample.withUsualPrefixes)
  func merged(sample: XMPSample) throws {
    let before = try tags(sample.text)
    var after = try tags(merged(sample.text, "a cat & a dog"))
    #expect(after.removeValue(forKey: "XMP-dc:Description") == "a cat & a dog")
    #expect(after == before.filter { $0.key != "XMP-dc:Description" })
  }

  @Test("The other languages stay, and the caption is the default", arguments: [XMPSample.digiKam, .german])
  func languages(sample: XMPSample) throws {
    let tags = try tags(merged(sample.text, "a cat"))
    #expect(tags["XMP-dc:Description"] == "a cat")
    #expect(tags["XMP-dc:Description-de-DE"] == "Meine eigenen Worte")
  }
}
