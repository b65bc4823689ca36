import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import TestSupport

/// A directory that tests fill with files to list.
struct FileTree {
  let url: URL

  static func with<Result>(_ body: (FileTree) throws -> Result) throws -> Result {
    try withTemporaryDirectory { try body(FileTree(url: $0)) }
  }

  var root: FilePath { FilePath(url.path(percentEncoded: false)) }

  func path(_ name: String) -> FilePath { root.pushing(FilePath(name)) }

  func write(_ name: String, _ content: [UInt8] = []) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content).write(to: file)
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func writeFiles(_ names: String...) throws {
    for name in names { try write(name) }
  }

  func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path(name).string, withDestinationPath: destination)
  }

  /// All that a listing has.
  func list(_ listing: ImageListing) throws -> [ListedImage] {
    var lister = try ImageLister(listing)
    var images: [ListedImage] = []
    while let image = try lister.next() { images.append(image) }
    return images
  }

  /// What a listing of this directory has, by names relative to it.
  func names(_ settings: (inout ImageListing) -> Void = { _ in }) throws -> [String] {
    var listing = ImageListing(paths: [root])
    settings(&listing)
    return try list(listing).map(name)
  }

  func name(_ image: ListedImage) -> String { String(image.path.text.dropFirst(root.text.utf8.count + 1)) }
}

extension ListedImage {
  var failure: ImageFailure? {
    if case .problem(let failure) = content { failure } else { nil }
  }

  var sample: ShardSample? {
    if case .shardSample(let sample) = content { sample } else { nil }
  }
}
