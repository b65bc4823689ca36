import Captioning
import ModelFiles
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A gallery's page while it is written: one HTML file that needs no other files.
///
/// Images are JSON in script elements that the browser does not run, about a hundred each, so that neither writer nor
/// browser needs one long text. An image is an object: `ordinal`, `path`, `link` where there is a file; `caption`, or
/// `note` where the captioner was not sure, `confidence`, `width`, `height`, `sha256` and `thumbnail` (a JPEG in
/// Base64), or `code`, `stage` and `message` of its failure.
final class GalleryPage {
  private let file: OutputFile
  private let directory: FilePath
  private var itemCount = 0
  private var chunk: [UInt8] = []
  private let digest = RunningDigest()
  private static let itemsPerChunk = 100

  /// Writes what comes before the images.
  ///
  /// - Parameter path: the page's future path, from which links are relative.
  init(
    _ file: OutputFile, at path: String, heading: GalleryHeading, counts: GalleryCounts
  ) throws(FileSystemError) {
    self.file = file
    directory = FilePath(path).absolute.removingLastComponent()
    try write(Array(Self.head(heading, counts).utf8))
  }

  func add(_ item: GalleryItem) throws(FileSystemError) {
    chunk += itemCount % Self.itemsPerChunk == 0 ? Array("<script type=\"application/json\">[\n".utf8) : [0x2C, 0x0A]
    chunk += Self.embeddable(json(item))
    itemCount += 1
    if itemCount % Self.itemsPerChunk == 0 { try endChunk() }
  }

  /// Writes what comes after the images.
  func finish() throws(FileSystemError) {
    try endChunk()
    try write(Array(Self.foot.utf8))
    try write(GallerySeal.line(digest))
  }

  private func endChunk() throws(FileSystemError) {
    if chunk.isEmpty { return }
    try write(chunk + Array("\n]</script>\n".utf8))
    chunk.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: [UInt8]) throws(FileSystemError) {
    try file.write(bytes)
    digest.update(bytes)
  }

  private func json(_ item: GalleryItem) -> [UInt8] {
    var row = JSONRow()
    row.add("ordinal", item.ordinal)
    row.add("path", item.path.text)
    if item.isFile { row.add("link", item.path.relativeURL(from: directory)) }
    switch item.content {
    case .captioned(let caption):
      row.add("caption", caption.text)
      if let reason = caption.reason { row.add("note", reason.sentence) }
      row.add("confidence", caption.confidence, places: 4)
      row.add("width", caption.width)
      row.add("height", caption.height)
      row.add("sha256", caption.hash.hexadecimal)
      if let thumbnail = caption.thumbnail { row.add("thumbnail", Data(thumbnail).base64EncodedString()) }
    case .failed(let failure):
      row.add("code", failure.code.rawValue)
      row.add("stage", failure.stage.rawValue)
      row.add("message", failure.message)
    }
    return row.finished
  }

  /// JSON that no HTML parser takes for markup: `<` begins all that could end a script element, or change how its end
  /// is found, and occurs in strings only.
  private static func embeddable(_ json: [UInt8]) -> [UInt8] {
    guard json.contains(UInt8(ascii: "<")) else { return json }
    return json.flatMap { $0 == UInt8(ascii: "<") ? Array("\\u003c".utf8) : [$0] }
  }
}
