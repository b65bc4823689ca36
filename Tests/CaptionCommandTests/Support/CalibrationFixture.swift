import Foundation
import TestSupport

/// A copy of the tiny captioner, and what it can be calibrated with: its photos many times, each of other bytes, half of them
/// with the caption that it gives; and pictures that are none of these.
struct CalibrationFixture {
  let directory: URL
  let model: URL

  static let pictures = ["rgb-8.png", "palette-alpha-4.png", "grey.jpg", "lossless-alpha.webp"]

  init(_ directory: URL) throws {
    self.directory = directory
    model = try TinyCaptioner.copy(to: directory)
    let photos = try TinyCaptioner.expected()
    try FileManager.default.createDirectory(at: url("photos"), withIntermediateDirectories: true)
    struct Line: Encodable { let file_name, split: String, captions: [String] }
    var lines: [String] = []
    for index in 0..<120 {
      let photo = photos[index % photos.count]
      let name = "\(index).jpg"
      // A decoder reads to the end of the image, and not what stands behind it.
      let data = try Data(contentsOf: URL(filePath: photo.path)) + Data("\(index)".utf8)
      try data.write(to: url("photos/\(name)"))
      let isRight = index % photos.count % 2 == 0
      let line = Line(
        file_name: name, split: index < 60 ? "train" : index < 110 ? "val" : "test",
        captions: [isRight ? photo.greedy.text : "something else number \(index % photos.count)"])
      lines.append(String(decoding: try JSONEncoder().encode(line), as: UTF8.self))
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: url("photos/captions.jsonl"))
    for kind in ["charts", "screens"] {
      try FileManager.default.createDirectory(at: url("others/\(kind)"), withIntermediateDirectories: true)
      for name in Self.pictures {
        try (Fixture.data("images-decoding/\(name)") + Data(kind.utf8)).write(to: url("others/\(kind)/\(name)"))
      }
    }
  }

  func url(_ name: String) -> URL { directory.appending(path: name) }
  func path(_ name: String) -> String { url(name).path(percentEncoded: false) }
  var modelPath: String { model.path(percentEncoded: false) }
  var other: String { path("others/charts/\(Self.pictures[0])") }
  var photo: String { path("photos/0.jpg") }

  @discardableResult
  func calibrate(_ arguments: String...) throws -> CommandRun {
    try CommandRun(
      ["calibrate", "--model", modelPath, "--data", path("photos/captions.jsonl"), "--right-cider", "1"] + arguments,
      home: url("home"))
  }

  func caption(_ arguments: String...) throws -> CommandRun {
    try CommandRun(["--model", modelPath] + arguments, home: url("home"))
  }
}
