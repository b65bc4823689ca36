import Foundation
import TestSupport
import Testing

/// File names may hold what steers a terminal: none of it gets there. util-linux's `script` gives the command a terminal.
@Suite("On a terminal", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
struct TerminalTests {
  private static let name = "a\n\u{1B}[2J\u{9B}31m\u{202E}gpj.jpg"
  private static let written = #"a\n\e[2J\u{9B}31m\u{202E}gpj.jpg"#

  /// What a terminal gets, standard output and standard error alike.
  private func run(_ arguments: String, in directory: URL, term: String = "dumb") throws -> String {
    let binary = CommandRun.binary.path(percentEncoded: false)
    let run = try CommandRun(
      ["-qec", "'\(binary)' \(arguments) --model '\(TinyCaptioner.path)' --always", "/dev/null"],
      environment: ["TERM": term, "NO_COLOR": ""], binary: URL(filePath: "/usr/bin/script"), currentDirectory: directory
    )
    return run.standardOutput.replacing("\r\n", with: "\n")
  }

  private func withNames(_ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      let photos = directory.appending(path: "photos")
      try FileManager.default.createDirectory(at: photos, withIntermediateDirectories: true)
      let photo = try #require(TinyCaptioner.expected().first).file
      let source = URL(filePath: TinyCaptioner.path).appending(path: photo)
      try FileManager.default.copyItem(at: source, to: photos.appending(path: "plain.png"))
      try FileManager.default.copyItem(at: source, to: photos.appending(path: Self.name))
      try Data("none".utf8).write(to: photos.appending(path: "b\(Self.name)"))
      try body(directory)
    }
  }

  private func steers(_ text: String) -> Bool {
    text.unicodeScalars.contains { ["\u{1B}", "\u{9B}", "\u{202E}"].contains($0) }
  }

  @Test("paths of photos and of errors are written out, in one line each")
  func photos() throws {
    try withNames { directory in
      let output = try run("photos/*", in: directory)
      #expect(!steers(output), "\(output)")
      #expect(output.contains("photos/\(Self.written)\t"))
      #expect(output.contains("caption: error: photos/b\(Self.written): is not an image"))
    }
  }

  @Test("so are those of a batch, and a terminal that cannot redraw has no bar")
  func batch() throws {
    try withNames { directory in
      let output = try run("batch photos -o captions.jsonl", in: directory)
      #expect(!steers(output), "\(output)")
      #expect(output.contains("photos/b\(Self.written): is not an image"))
      #expect(!output.contains("█") && !output.contains("·"))
    }
  }

  @Test("a pipe has paths as they are")
  func pipe() throws {
    try withNames { directory in
      let run = try CommandRun(
        ["--model", TinyCaptioner.path, "--always", "photos/plain.png", "photos/\(Self.name)"],
        currentDirectory: directory)
      #expect(run.standardOutput.contains("photos/\(Self.name)\t"))
    }
  }
}
