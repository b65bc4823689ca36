import Datasets
import Foundation
import TestSupport

/// What tests make datasets of.
enum Samples {
  /// A PNG of 8×8 pixels, the smallest that may be taken for a photo.
  static func image() throws -> [UInt8] { try [UInt8](Fixture.data("images-decoding/grey-1.png")) }

  /// Another one, with other bytes.
  static func otherImage() throws -> [UInt8] { try [UInt8](Fixture.data("images-decoding/grey-2.png")) }
}

extension URL {
  var plainPath: String { path(percentEncoded: false) }

  /// Writes a file at a path relative to this directory, making the folders on the way.
  @discardableResult
  func write(_ path: String, _ bytes: [UInt8]) throws -> URL {
    let file = appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file
  }

  @discardableResult
  func write(_ path: String, _ text: String) throws -> URL { try write(path, Array(text.utf8)) }

  /// Writes the test image under each of these names.
  func writeImages(_ names: String...) throws {
    for name in names { try write(name, try Samples.image()) }
  }

  /// Reads the dataset here, or at a path relative to here.
  func dataset(
    _ path: String? = nil, imageDirectory: String? = nil, columns: CaptionColumns = CaptionColumns()
  ) throws -> CaptionDataset {
    try CaptionDataset(
      path: path.map { appending(path: $0).plainPath } ?? plainPath,
      imageDirectory: imageDirectory.map { appending(path: $0).plainPath }, columns: columns)
  }
}

extension CaptionDataset {
  var names: [String] { images.map(\.name) }
  var captions: [[String]] { images.map(\.captions) }
  var splits: [Split?] { images.map(\.split) }
}
