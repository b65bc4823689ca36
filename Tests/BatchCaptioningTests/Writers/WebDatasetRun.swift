import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

/// Writes listed images to WebDataset shards with captions that tell their places in the list.
struct WebDatasetRun {
  let tree: FileTree
  let images: [FinishedImage]

  /// Files that begin as JPEG does.
  static func content(_ text: String) -> [UInt8] { [0xFF, 0xD8, 0xFF] + Array(text.utf8) }

  init(_ tree: FileTree, _ paths: String..., settings: (inout ImageListing) -> Void = { _ in }) throws {
    var listing = ImageListing(paths: paths.map(tree.path))
    settings(&listing)
    self.tree = tree
    images = try tree.list(listing).map { image in
      let bytes =
        switch image.content {
        case .file: try Data(contentsOf: URL(filePath: image.path.string))
        case .shardSample(let sample):
          try Data(contentsOf: URL(filePath: sample.shard.string))
            .subdata(in: sample.image.offset..<sample.image.offset + sample.image.count)
        case .problem: Data()
        }
      let caption = BatchCaption(
        text: "caption \(image.ordinal)", judgement: CaptionJudgement(confidence: 0.5, logProbability: -0.75), width: 8,
        height: 6, hash: FileHash.hash(of: Array(bytes)),
        model: "tiny", milliseconds: 1.5)
      return FinishedImage(image, outcome: image.failure.map { .failed($0) } ?? .captioned(caption))
    }
  }

  func output(
    _ name: String = "out", position: OutputPosition? = nil, samples: Int = 10_000, byteCount: Int = 1_000_000_000
  ) throws -> WebDatasetOutput {
    var limits = WebDatasetOutput.Limits()
    limits.samples = samples
    limits.byteCount = byteCount
    return try WebDatasetOutput(directory: tree.path(name), position: position, limits: limits)
  }

  /// All images, without interruption.
  func write(to output: WebDatasetOutput) throws {
    for image in images { try output.write(image) }
    _ = try output.flush()
    try output.finish()
  }
}

extension FileTree {
  /// What the system's tar says is in an archive, after reading all of it.
  func tarNames(_ name: String) throws -> [String] {
    try tar(["--quoting-style=literal", "-tf", path(name).string])
      .split(separator: "\n").map(String.init)
  }

  func tarContent(_ name: String, member: String) throws -> String { try tar(["-xOf", path(name).string, member]) }

  private func tar(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/tar")
    process.arguments = arguments
    let (output, errors) = (url.appending(path: "tar-out"), url.appending(path: "tar-errors"))
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let problems = try String(contentsOf: errors, encoding: .utf8)
    #expect(process.terminationStatus == 0 && problems.isEmpty, "\(problems)")
    return try String(contentsOf: output, encoding: .utf8)
  }

  /// The files in a directory, by their names.
  func contents(_ directory: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: path(directory).string)
    return Dictionary(
      uniqueKeysWithValues: try names.map {
        ($0, try Data(contentsOf: url.appending(path: directory).appending(path: $0)))
      })
  }
}
