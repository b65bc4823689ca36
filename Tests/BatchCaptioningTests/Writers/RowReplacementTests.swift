import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

@Suite("Rows of captions that were replaced")
struct RowReplacementTests {
  private static let formats: [any RowFormat] = [
    JSONLinesFormat(), CSVFormat(), COCOResultsFormat(), ImageFolderFormat(directory: "/data"),
  ]

  private func path(_ number: Int) -> FilePath { FilePath("/data/\(number), \"odd\".jpg") }

  private func write(_ numbers: [(Int, String)], to output: AppendedOutput) throws {
    for (number, text) in numbers { try output.write(WrittenImage.captioned(path(number), text)) }
  }

  @Test("Of an image that was captioned anew the last row stays, and rows can be added behind it")
  func replaced() throws {
    for format in Self.formats {
      try withTemporaryDirectory { directory in
        let files = WrittenFiles(url: directory)
        let output = try AppendedOutput(path: files.text("out"), format: format, position: nil)
        try write([(0, "old"), (1, "one"), (2, "old\nin lines"), (3, "three"), (2, "new"), (0, "new")], to: output)
        _ = try output.flush()
        let replaced = [0, 2].map { ReplacedPaths(before: path($0), now: path($0)) }
        let position = try #require(try output.prepareReplacement(replaced)?.replacement)
        try output.replace()
        #expect(try output.flush() == position)
        try write([(4, "four")], to: output)
        try output.finish()
        let expected = try AppendedOutput(path: files.text("expected"), format: format, position: nil)
        try write([(1, "one"), (3, "three"), (2, "new"), (0, "new"), (4, "four")], to: expected)
        try expected.finish()
        #expect(try files.read("out") == files.read("expected"))
        #expect(try files.names() == ["expected", "out"])
      }
    }
  }

  @Test("An image that is listed by another path than before is the same")
  func otherSpelling() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      let output = try AppendedOutput(path: files.text("out"), format: JSONLinesFormat(), position: nil)
      for (path, text) in [("a.jpg", "old"), ("b.jpg", "b"), ("./a.jpg", "new")] {
        try output.write(WrittenImage.captioned(FilePath(path), text))
      }
      _ = try output.flush()
      _ = try output.prepareReplacement([ReplacedPaths(before: "a.jpg", now: "./a.jpg")])
      try output.replace()
      #expect(try !files.read("out").contains("old") && files.read("out").contains("new"))
    }
  }

  @Test("A file without rows to take out stays as it is")
  func nothing() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      let output = try AppendedOutput(path: files.text("out"), format: CSVFormat(), position: nil)
      try write([(0, "a"), (1, "b")], to: output)
      _ = try output.flush()
      #expect(try output.prepareReplacement([ReplacedPaths(before: path(1), now: path(1))]) == nil)
      try output.replace()
      #expect(try files.names() == ["out"])
    }
  }

  @Test("After a kill between the two files' change and the commit, either file is gone on with")
  func killed() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      let format = JSONLinesFormat()
      let output = try AppendedOutput(path: files.text("out"), format: format, position: nil)
      try write([(0, "old"), (0, "new")], to: output)
      let position = try output.flush()
      let pending = try output.prepareReplacement([ReplacedPaths(before: path(0), now: path(0))])
      let before = try AppendedFile(path: files.text("out"), format: format, position: position, pending: pending)
      #expect(before?.position == position)
      try output.replace()
      let after = try AppendedFile(path: files.text("out"), format: format, position: position, pending: pending)
      #expect(after?.position == pending?.replacement)
    }
  }
}
