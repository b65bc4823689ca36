import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

/// Whether a run may go on with the file of an appended output.
@Suite("Files of appended outputs")
struct AppendedFileTests {
  static let formats: [any RowFormat] = [JSONLinesFormat(), CSVFormat(), COCOResultsFormat()]

  private func images(_ numbers: Range<Int>) -> [FinishedImage] {
    numbers.map { WrittenImage.captioned(FilePath("\($0).jpg"), "caption \($0)") }
  }

  /// An output that has flushed three rows and is about to write two.
  private func run(
    _ format: any RowFormat,
    _ body: (WrittenFiles, _ position: OutputPosition, _ pending: PendingBytes, AppendedOutput) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      let output = try AppendedOutput(path: files.text("out"), format: format, position: nil)
      for image in images(0..<3) { try output.write(image) }
      let position = try output.flush()
      for image in images(3..<5) { try output.write(image) }
      try body(files, position, #require(output.pending), output)
    }
  }

  private func found(
    _ files: WrittenFiles, _ format: any RowFormat, _ position: OutputPosition?, _ pending: PendingBytes? = nil
  ) throws -> AppendedFile? {
    try AppendedFile(path: files.text("out"), format: format, position: position, pending: pending)
  }

  @Test("A file as the journal says is gone on with, whatever part of what was pending came to be written")
  func killed() throws {
    for format in Self.formats {
      try run(format) { files, position, pending, output in
        let url = files.url.appending(path: "out")
        let before = try Data(contentsOf: url)
        _ = try output.flush()
        let after = try Data(contentsOf: url)
        for count in 0...(after.count - position.byteCount) {
          // As much of the new bytes over the old ones.
          let end = position.byteCount + count
          try (after[..<end] + before.dropFirst(end)).write(to: url)
          #expect(try found(files, format, position, pending)?.position == position)
        }
        // A loss of power may take what was written and leave the length.
        try (before[..<position.byteCount] + Data(count: after.count - position.byteCount)).write(to: url)
        #expect(try found(files, format, position, pending)?.position == position)
        // The commit came, too.
        try after.write(to: url)
        let next = try output.flush()
        #expect(try found(files, format, next, pending)?.position == next)
      }
    }
  }

  @Test("Any byte that is another is told, and the file stays as it is")
  func changed() throws {
    for format in Self.formats {
      try run(format) { files, position, pending, _ in
        let url = files.url.appending(path: "out")
        let whole = try Data(contentsOf: url)
        for index in stride(from: 0, to: whole.count, by: 7) {
          var bytes = whole
          bytes[index] ^= 0x11
          try bytes.write(to: url)
          #expect(throws: BatchError.self) { try found(files, format, position, pending) }
          #expect(try Data(contentsOf: url) == bytes)
        }
      }
    }
  }

  @Test("Rows that nobody was about to write are told", arguments: ["{}\n", "x"])
  func added(text: String) throws {
    for format in Self.formats {
      try run(format) { files, position, pending, _ in
        try files.write(files.read("out") + text, as: "out")
        let error = #expect(throws: BatchError.self) { try found(files, format, position, pending) }
        #expect(error?.description.contains("--adopt") == true)
      }
    }
  }

  @Test("A file that is shorter than the journal says is told, and one that is gone is known as that")
  func missing() throws {
    try run(JSONLinesFormat()) { files, position, _, _ in
      try files.write("{}\n", as: "out")
      #expect(
        throws: BatchError.shortOutput(path: files.text("out"), found: 3, expected: position.byteCount)
      ) { try found(files, JSONLinesFormat(), position) }
      try FileManager.default.removeItem(at: files.url.appending(path: "out"))
      #expect(try found(files, JSONLinesFormat(), position) == nil)
    }
  }

  @Test(
    "Where nothing was committed, a file is a run's own only if it holds what a run begins with or was about to write")
  func uncommitted() throws {
    for format in Self.formats {
      try withTemporaryDirectory { directory in
        let files = WrittenFiles(url: directory)
        #expect(try found(files, format, nil)?.position == nil)
        let output = try AppendedOutput(path: files.text("out"), format: format, position: nil)
        #expect(try found(files, format, nil) != nil)
        for image in images(0..<2) { try output.write(image) }
        let pending = output.pending
        _ = try output.flush()
        #expect(try found(files, format, nil, pending) != nil)
        #expect(throws: BatchError.self) { try found(files, format, nil) }
        try files.write("mine", as: "out")
        #expect(throws: BatchError.self) { try found(files, format, nil, pending) }
      }
    }
  }

  @Test("A file that is adopted is gone on with behind its last row, whatever was changed in it")
  func adopted() throws {
    for format in Self.formats {
      try run(format) { files, position, _, _ in
        try files.write(files.read("out").replacing("caption 1", with: "something longer"), as: "out")
        let before = try files.read("out")
        let file = try #require(try AppendedFile(adopting: files.text("out"), format: format, rows: position.rows))
        #expect(file.position?.rows == 3)
        let output = try AppendedOutput(
          path: files.text("out"), format: format, position: file.position, digest: file.digest,
          completion: file.completion)
        #expect(try files.read("out") == before)
        for image in images(7..<8) { try output.write(image) }
        let next = try output.flush()
        #expect(try files.read("out").hasPrefix(before.dropLast(format.footer.count)))
        #expect(try files.read("out").contains("caption 7"))
        #expect(try found(files, format, next)?.position == next)
      }
    }
  }

  @Test(
    "An array of any layout is adopted, and stays one",
    arguments: [
      "[]", "[ ]\n", #"[{"image_id":1,"caption":"a"}]"#, "[\n {\"image_id\": 1,\n \"caption\": \"a\"}\n]\n\n",
    ])
  func adoptedArray(text: String) throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      try files.write(text, as: "out")
      let format = COCOResultsFormat()
      let file = try #require(try AppendedFile(adopting: files.text("out"), format: format, rows: 0))
      let output = try AppendedOutput(
        path: files.text("out"), format: format, position: file.position, completion: file.completion)
      for image in images(2..<4) { try output.write(image) }
      try output.finish()
      let rows = try JSONSerialization.jsonObject(with: Data(files.read("out").utf8)) as? [[String: Any]]
      #expect(rows?.compactMap { $0["image_id"] as? Int } == (text.contains("image_id") ? [1, 2, 3] : [2, 3]))
    }
  }

  @Test("What nothing can stand behind is not adopted", arguments: [("[{}", 1), ("{}", 1), ("a,b\r\n1,2\r\n", 0)])
  func notAdoptable(text: String, format: Int) throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      try files.write(text, as: "out")
      let error = #expect(throws: BatchError.self) {
        try AppendedFile(
          adopting: files.text("out"), format: format == 1 ? COCOResultsFormat() as any RowFormat : CSVFormat(), rows: 1
        )
      }
      #expect(error?.description.contains("--restart") == true)
      #expect(try files.read("out") == text)
    }
  }
}
