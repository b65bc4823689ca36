import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

@Suite("Appended output")
struct AppendedOutputTests {
  static let formats: [any RowFormat] = [JSONLinesFormat(), CSVFormat(), COCOResultsFormat()]

  private func images(_ numbers: Range<Int>) -> [FinishedImage] {
    numbers.map { WrittenImage.captioned(FilePath("\($0).jpg"), "caption \($0)") }
  }

  private func captions(_ file: URL) throws -> [String] {
    let rows = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [[String: Any]])
    return rows.compactMap { $0["caption"] as? String }
  }

  @Test("A run without rows leaves a file that says so")
  func empty() throws {
    let contents = try Self.formats.map { format in
      try withTemporaryDirectory { directory in
        let files = WrittenFiles(url: directory)
        let output = try AppendedOutput(path: files.text("out"), format: format, position: nil)
        for image in WrittenImage.withoutCaption { try output.write(image) }
        try output.finish()
        return try files.read("out")
      }
    }
    #expect(
      contents == [
        "",
        "path,caption,confidence,width,height,sha256,model,milliseconds,log_probability,reason,finish_reason\r\n",
        "[\n\n]\n",
      ])
  }

  @Test("Rows stand between the header, separators and the end")
  func rows() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      let output = try AppendedOutput(path: files.text("out"), format: COCOResultsFormat(), position: nil)
      for image in images(1..<3) { try output.write(image) }
      try output.finish()
      #expect(
        try files.read("out") == """
          [
          {"image_id":1,"caption":"caption 1"},
          {"image_id":2,"caption":"caption 2"}
          ]

          """)
    }
  }

  @Test("At any time the file is whole and has all rows that were flushed")
  func wholeAtAnyTime() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      let file = files.url.appending(path: "out")
      let output = try AppendedOutput(path: files.text("out"), format: COCOResultsFormat(), position: nil)
      #expect(try captions(file) == [])
      let filler = String(repeating: "x", count: 90_000)
      var flushed = 0
      for number in 0..<12 {
        try output.write(WrittenImage.captioned(FilePath("\(number).jpg"), "\(number)\(filler)"))
        if number % 5 == 1 {
          let position = try output.flush()
          #expect(position.rows == number + 1)
          flushed = number + 1
        }
        let captions = try captions(file)
        #expect(captions.count >= flushed)
        #expect(captions == (0..<captions.count).map { "\($0)\(filler)" })
      }
    }
  }

  @Test("The position leaves out what stands behind the last row")
  func position() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      let output = try AppendedOutput(path: files.text("out"), format: COCOResultsFormat(), position: nil)
      for image in images(0..<2) { try output.write(image) }
      let position = try output.flush()
      let content = Array(try files.read("out").utf8.dropLast(3))
      #expect(
        position == OutputPosition(byteCount: content.count, rows: 2, digest: FileHash.hash(of: content)))
    }
  }

  @Test("A run that goes on after any flush, whatever was written behind it, makes the file that one run makes")
  func resume() throws {
    for format in Self.formats {
      try withTemporaryDirectory { directory in
        let files = WrittenFiles(url: directory)
        let whole = try AppendedOutput(path: files.text("whole"), format: format, position: nil)
        for image in images(0..<6) { try whole.write(image) }
        try whole.finish()
        for stop in 0...6 {
          let output = try AppendedOutput(path: files.text("out"), format: format, position: nil)
          for image in images(0..<stop) { try output.write(image) }
          let position = try output.flush()
          let handle = try FileHandle(forWritingTo: files.url.appending(path: "out"))
          try handle.seekToEnd()
          try handle.write(contentsOf: Data("half a row".utf8))
          try handle.close()
          let next = try AppendedOutput(path: files.text("out"), format: format, position: position)
          for image in images(stop..<6) { try next.write(image) }
          try next.finish()
          #expect(try files.read("out") == files.read("whole"))
        }
      }
    }
  }

  @Test("A run that goes on and is killed at once leaves a whole file")
  func resumedAndKilled() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      let output = try AppendedOutput(path: files.text("out"), format: COCOResultsFormat(), position: nil)
      for image in images(0..<2) { try output.write(image) }
      let position = try output.flush()
      for image in images(2..<4) { try output.write(image) }
      try output.finish()
      _ = try AppendedOutput(path: files.text("out"), format: COCOResultsFormat(), position: position)
      #expect(try captions(files.url.appending(path: "out")) == ["caption 0", "caption 1"])
    }
  }

  @Test("A file that is shorter than the journal says, or missing, is not gone on with", arguments: [nil, "", "ab"])
  func short(content: String?) throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      if let content { try files.write(content, as: "out") }
      let position = OutputPosition(byteCount: 3, rows: 1)
      let error = #expect(throws: BatchError.self) {
        try AppendedOutput(path: files.text("out"), format: JSONLinesFormat(), position: position)
      }
      #expect(error == .shortOutput(path: files.text("out"), found: content?.utf8.count ?? 0, expected: 3))
      #expect(error?.description.contains("--restart") == true)
      #expect(try files.names() == (content == nil ? [] : ["out"]))
    }
  }

  @Test("A run that begins anew takes the place of what was there", arguments: [nil, OutputPosition.start])
  func anew(position: OutputPosition?) throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      try files.write(String(repeating: "old\n", count: 1000), as: "out")
      let output = try AppendedOutput(
        path: files.text("out"), format: ImageFolderFormat(directory: "/"), position: position)
      try output.write(WrittenImage.captioned("/a.jpg"))
      try output.finish()
      #expect(try files.read("out") == #"{"file_name":"a.jpg","text":"a cat"}"# + "\n")
    }
  }

  @Test("A place where no file can be is told at once")
  func noPlace() throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      #expect(throws: FileSystemError.self) {
        try AppendedOutput(path: files.text("missing/out"), format: JSONLinesFormat(), position: nil)
      }
    }
  }
}
