import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Appended output")
struct AppendedOutputTests {
  private let images = (0..<7).map { Finished.captioned(FilePath("\($0).jpg"), "number \($0)") }

  private func content(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

  /// What a file holds after all images were written in one go.
  private func whole(_ format: any RowFormat, in directory: URL) throws -> String {
    let url = directory.appending(path: "whole")
    let output = try AppendedOutput(path: url.path(percentEncoded: false), format: format, position: nil)
    for image in images { try output.write(image) }
    try output.finish()
    return try content(url)
  }

  @Test("Gone on with from any flush, with any rubbish behind it, the file is as if written in one go")
  func resume() throws {
    for format in [JSONLinesFormat(), CSVFormat(), COCOResultsFormat()] as [any RowFormat] {
      try withTemporaryDirectory { directory in
        let whole = try whole(format, in: directory)
        let url = directory.appending(path: "resumed")
        let path = url.path(percentEncoded: false)
        for stop in 0...images.count {
          try? FileManager.default.removeItem(at: url)
          let first = try AppendedOutput(path: path, format: format, position: nil)
          for image in images.prefix(stop) { try first.write(image) }
          let position = try first.flush()
          #expect(position.rows == stop)
          // Rows that were written and never journalled, and a torn one.
          for image in images.dropFirst(stop) { try first.write(image) }
          _ = try first.flush()
          let torn = try Data(contentsOf: url)
          try torn.prefix(max(position.byteCount, torn.count - 3)).write(to: url)
          let second = try AppendedOutput(path: path, format: format, position: position)
          for image in images.dropFirst(stop) { try second.write(image) }
          try second.finish()
          #expect(try content(url) == whole, "stopped after \(stop)")
        }
      }
    }
  }

  @Test("A COCO file is a JSON array after every flush, with no image too")
  func alwaysAnArray() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "results.json")
      let output = try AppendedOutput(
        path: url.path(percentEncoded: false), format: COCOResultsFormat(), position: nil)
      for (count, image) in images.enumerated() {
        _ = try output.flush()
        let array = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [[String: Any]]
        #expect(array?.count == count)
        try output.write(image)
      }
    }
  }

  @Test("A file that is shorter than the journal says is refused")
  func shortened() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "captions.jsonl")
      try Data("short".utf8).write(to: url)
      let path = url.path(percentEncoded: false)
      #expect(throws: BatchError.shortOutput(path: path, found: 5, expected: 80)) {
        try AppendedOutput(path: path, format: JSONLinesFormat(), position: OutputPosition(byteCount: 80, rows: 1))
      }
      #expect(try content(url) == "short")
    }
  }
}
