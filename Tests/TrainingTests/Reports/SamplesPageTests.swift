import Foundation
import TestSupport
import Testing
import Training

@Suite("Samples page")
struct SamplesPageTests {
  private let photos = [SamplePhoto(name: "dog.jpg", imageBytes: [0xFF, 0xD8, 0xFF], references: ["A dog."])]

  @Test("a resumed run shows the captions from before its checkpoint and no others")
  func resuming() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      func html() throws -> String {
        try String(contentsOf: directory.appending(path: "samples.html"), encoding: .utf8)
      }
      let first = try SamplesPage(directory: path, photos: photos)
      for step in [1, 2, 3] { try first.append(captions(step)) }
      let unbroken = try html()
      let resumed = try SamplesPage(directory: path, photos: photos, resumingAt: 2)
      #expect(try !html().contains("caption 3") && html().contains("caption 2"))
      try resumed.append(captions(3))
      #expect(try html() == unbroken)
    }
  }

  @Test("a new run shows nothing of an earlier one")
  func newRun() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      try SamplesPage(directory: path, photos: photos).append(captions(1))
      _ = try SamplesPage(directory: path, photos: photos)
      let html = try String(contentsOf: directory.appending(path: "samples.html"), encoding: .utf8)
      #expect(html.contains("not validated yet") && !html.contains("caption 1"))
    }
  }

  @Test("a line of the log is one object")
  func log() throws {
    try withTemporaryDirectory { directory in
      try SamplesPage(directory: directory.path(percentEncoded: false), photos: photos).append(captions(1))
      #expect(
        try String(contentsOf: directory.appending(path: "samples.jsonl"), encoding: .utf8)
          == "{\"captions\":[{\"caption\":\"caption 1\",\"photo\":\"dog.jpg\"}],\"cider\":0.25,\"step\":1}\n")
    }
  }

  private func captions(_ step: Int) -> SampleCaptions {
    SampleCaptions(step: step, cider: 0.25, captions: [.init(photo: "dog.jpg", caption: "caption \(step)")])
  }
}
