import Captioning
import Foundation
import ModelFiles
import SystemPackage

/// Finished images for writers.
enum Finished {
  static let hash = FileHash.hash(of: [1, 2, 3])

  static func captioned(_ path: FilePath, _ text: String, content: ListedImage.Content = .file) -> FinishedImage {
    FinishedImage(
      ListedImage(ordinal: 0, path: path, content: content),
      outcome: .captioned(
        BatchCaption(
          text: text, confidence: 0.123456, width: 640, height: 480, hash: hash, model: "default",
          milliseconds: 12.34567)))
  }

  static func failed(_ path: FilePath) -> FinishedImage {
    FinishedImage(
      ListedImage(ordinal: 0, path: path, content: .file),
      outcome: .failed(ImageFailure(.truncated, stage: .decode, message: "is \"cut\"", bytesRead: 99)))
  }

  /// Names that formats stumble over.
  static let oddNames: [[UInt8]] =
    [
      "with space.jpg", "quote\"d.jpg", "comma,.jpg", "new\nline.jpg", "return\r.jpg", "tab\t.jpg", "apostrophe'.jpg",
      "back\\slash.jpg", "<&>.jpg", "🐕 é.jpg", "\u{1}control.jpg", "-dash.jpg", "{brace}.jpg", "100%.jpg",
    ].map { Array($0.utf8) } + [[0x66, 0xFF, 0xC3, 0x28, 0x2E, 0x6A, 0x70, 0x67]]
}

extension FilePath {
  init(_ url: URL) { self.init(url.path(percentEncoded: false)) }
}
