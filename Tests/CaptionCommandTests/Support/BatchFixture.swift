import Foundation
import TestSupport

/// A directory of photos for `caption batch` with the tiny captioner.
struct BatchFixture {
  let directory: URL
  var photos: URL { directory.appending(path: "photos") }
  var out: URL { directory.appending(path: "out") }

  /// - Parameter count: photos, each of other bytes than all others, in three directories.
  init(_ directory: URL, count: Int) throws {
    self.directory = directory
    let sources = try TinyCaptioner.expected().map { try Data(contentsOf: URL(filePath: $0.path)) }
    for name in ["", "a", "b"] {
      try FileManager.default.createDirectory(at: photos.appending(path: name), withIntermediateDirectories: true)
    }
    for index in 0..<count {
      // A decoder reads to the end of the image, and not what stands behind it.
      let data = sources[index % sources.count] + Data("\(index)".utf8)
      try data.write(to: photos.appending(path: ["", "a/", "b/"][index % 3] + "photo \(index).jpg"))
    }
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
  }

  func path(_ url: URL) -> String { url.path(percentEncoded: false) }

  func arguments(_ arguments: [String]) -> [String] {
    ["batch", path(photos), "--model", TinyCaptioner.path, "--threads", "1"] + arguments
  }

  @discardableResult
  func run(_ arguments: String..., meanwhile: (Process) throws -> Void = { _ in }) throws -> CommandRun {
    try CommandRun(self.arguments(arguments), currentDirectory: out, meanwhile: meanwhile)
  }

  func content(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: out.appending(path: name)), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(out.appending(path: name))) }

  struct Line: Decodable {
    let path: String
    let caption: String?
    let code: String?
    let sha256: String?
  }

  func lines(_ name: String) throws -> [Line] { try Self.lines(content(name)) }

  static func lines(_ text: String) throws -> [Line] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }
}
