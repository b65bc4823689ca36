import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import Testing

/// A gallery as a test reads it.
struct GalleryFile {
  struct Item: Decodable, Equatable {
    let ordinal: Int
    let path: String
    let link: String?
    let caption: String?
    let note: String?
    let confidence: Double?
    let width: Int?
    let height: Int?
    let sha256: String?
    let thumbnail: Data?
    let code: String?
    let stage: String?
    let message: String?
  }

  let text: String
  /// In the order of the file.
  let items: [Item]

  init(_ url: URL) throws {
    text = try String(contentsOf: url, encoding: .utf8)
    items = try text.split(separator: "<script type=\"application/json\">").dropFirst().flatMap { chunk in
      let data = try #require(chunk.split(separator: "</script>").first)
      return try JSONDecoder().decode([Item].self, from: Data(data.utf8))
    }
  }

  var captioned: [Item] { items.filter { $0.caption != nil } }
  var failures: [Item] { items.filter { $0.code != nil } }

  /// What the page says of its extent.
  var scope: String? {
    text.split(separator: "<p id=\"scope\">").dropFirst().first?.split(separator: "</p>").first.map(String.init)
  }
}

extension GalleryOutput {
  /// A gallery at `url`, of a captioner called "tiny".
  convenience init(_ url: URL, position: OutputPosition? = nil, sampleSize: Int = GalleryOutput.sampleSize) throws {
    try self.init(
      path: url.path(percentEncoded: false), position: position, heading: GalleryHeading(model: "tiny"),
      sampleSize: sampleSize)
  }

  /// Writes all images, and the page.
  func finish(_ images: [FinishedImage]) throws {
    for image in images { try write(image) }
    try finish()
  }
}

/// Images at the end of their way, with their places in a list.
enum GalleryImage {
  /// The thumbnail is no image, but bytes of its own.
  static func captioned(
    _ ordinal: Int, _ path: FilePath, _ text: String? = nil, thumbnail: [UInt8]? = nil, isRetry: Bool = false
  ) -> FinishedImage {
    image(
      ordinal, path, .captioned(WrittenImage.caption(text ?? path.text)), isRetry,
      thumbnail: thumbnail ?? Array("\(ordinal) in small".utf8))
  }

  static func failed(
    _ ordinal: Int, _ path: FilePath, message: String = "is broken", stage: ImageFailure.Stage = .decode,
    isRetry: Bool = false
  ) -> FinishedImage {
    image(ordinal, path, .failed(ImageFailure(.truncated, stage: stage, message: message)), isRetry)
  }

  private static func image(
    _ ordinal: Int, _ path: FilePath, _ outcome: FinishedImage.Outcome, _ isRetry: Bool, thumbnail: [UInt8]? = nil
  ) -> FinishedImage {
    var image = FinishedImage(
      ListedImage(ordinal: ordinal, path: path, content: .file), outcome: outcome, thumbnail: thumbnail)
    image.isRetry = isRetry
    return image
  }
}
