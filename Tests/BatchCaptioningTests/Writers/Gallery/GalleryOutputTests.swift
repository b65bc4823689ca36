import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

@Suite("Gallery output")
struct GalleryOutputTests {
  /// Each seventh has failed.
  private let images = (0..<300).map { number in
    let path = FilePath("photos/\(number).jpg")
    return number % 7 == 3
      ? GalleryImage.failed(number, path) : GalleryImage.captioned(number, path, "number \(number)")
  }

  private func withPage(_ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { try body($0.appending(path: "report.html")) }
  }

  @Test("A page has every captioned image and every failure, with all that is known of them")
  func complete() throws {
    try withPage { url in
      try GalleryOutput(url).finish(images)
      let page = try GalleryFile(url)
      #expect(page.captioned.map(\.ordinal) == images.filter { $0.caption != nil }.map(\.image.ordinal))
      #expect(page.failures.map(\.ordinal) == images.filter { $0.failure != nil }.map(\.image.ordinal))
      #expect(page.scope == "All 257 captioned images, and all 43 failures.")
      let image = try #require(page.captioned.first)
      #expect(image.path == "photos/0.jpg")
      #expect(image.caption == "number 0")
      #expect(image.confidence == 0.8765)
      #expect([image.width, image.height] == [640, 480])
      #expect(image.sha256 == WrittenImage.hash.hexadecimal)
      #expect(image.thumbnail == Data("0 in small".utf8))
      let failure = try #require(page.failures.first)
      #expect(failure.path == "photos/3.jpg")
      #expect([failure.code, failure.stage, failure.message] == ["truncated", "decode", "is broken"])
    }
  }

  @Test("An image that the captioner was not sure of says so, also after the run was gone on with")
  func unsure() throws {
    try withPage { url in
      try GalleryOutput(url).finish([WrittenImage.unsure])
      let item = try #require(try GalleryFile(url).items.first)
      #expect(item.caption == "")
      #expect(item.note == "not sure: this does not look like a photo")
      #expect(item.confidence == 0.0123)
    }
  }

  @Test("There is a page of no images, too")
  func none() throws {
    try withPage { url in
      try GalleryOutput(url).finish([])
      let page = try GalleryFile(url)
      #expect(page.items == [])
      #expect(page.scope == "No captioned images.")
      #expect(page.text.contains("</html>\n<!-- sha256 ") && page.text.hasSuffix(" -->\n"))
    }
  }

  @Test("What was neither captioned nor failed is left out")
  func others() throws {
    try withPage { url in
      let image = ListedImage(ordinal: 0, path: "notes.txt", content: .file)
      try GalleryOutput(url).finish([
        FinishedImage(image, outcome: .skipped), FinishedImage(image, outcome: .present),
        GalleryImage.failed(1, "b.jpg"),
      ])
      let page = try GalleryFile(url)
      #expect(page.items.map(\.path) == ["b.jpg"])
      #expect(page.scope == "No captioned images, and 1 failure.")
    }
  }

  @Test("Of more images than it may show, a page has a stable sample, whatever their order; failures are all there")
  func sample() throws {
    try withPage { url in
      try GalleryOutput(url, sampleSize: 40).finish(images)
      let page = try GalleryFile(url)
      #expect(page.scope == "A stable sample of 40 of 257 captioned images, and all 43 failures.")
      #expect(page.failures.count == 43)
      let ranked = images.filter { $0.caption != nil }
        .sorted { GallerySample.rank(of: $0.path) < GallerySample.rank(of: $1.path) }
      #expect(
        page.captioned.map(\.path) == ranked.prefix(40).sorted { $0.image.ordinal < $1.image.ordinal }.map(\.path.text))
      #expect(page.captioned.allSatisfy { $0.thumbnail == Data("\($0.ordinal) in small".utf8) })

      try GalleryOutput(url, sampleSize: 40).finish(images.reversed())
      #expect(Set(try GalleryFile(url).captioned.map(\.path)) == Set(page.captioned.map(\.path)))
    }
  }

  @Test("What the sample does not want takes no room")
  func room() throws {
    try withPage { url in
      let output = try GalleryOutput(url, sampleSize: 5)
      let thumbnail = [UInt8](repeating: 1, count: 10_000)
      for number in 0..<2000 {
        let path = FilePath("\(number).jpg")
        try output.write(GalleryImage.captioned(number, path, thumbnail: output.sample.wants(path) ? thumbnail : nil))
      }
      let position = try output.flush()
      #expect(position.rows == 2000)
      // 5 (1 + ln(2000 / 5)) images on average.
      #expect((10...80).contains(position.byteCount / thumbnail.count))
    }
  }

  @Test(
    "Gone on with from any flush, with any rubbish behind it, the page is as if written in one go",
    arguments: [20, 2000])
  func resume(_ sampleSize: Int) throws {
    try withPage { url in
      try GalleryOutput(url, sampleSize: sampleSize).finish(images)
      let whole = try Data(contentsOf: url)
      for stop in [0, 1, 4, 100, 299, 300] {
        let first = try GalleryOutput(url, sampleSize: sampleSize)
        for image in images.prefix(stop) { try first.write(image) }
        let position = try first.flush()
        #expect(position.rows == stop)
        // Images that were written and never journalled.
        try first.finish(Array(images.dropFirst(stop)))
        let second = try GalleryOutput(url, position: position, sampleSize: sampleSize)
        try second.finish(Array(images.dropFirst(stop)))
        #expect(try Data(contentsOf: url) == whole, "stopped after \(stop)")
      }
    }
  }

  @Test("After an interruption the page shows what there is, and a later run replaces it")
  func interruption() throws {
    try withPage { url in
      let first = try GalleryOutput(url)
      for image in images.prefix(10) { try first.write(image) }
      let position = try first.flush()
      try first.finish()
      #expect(try GalleryFile(url).scope == "All 9 captioned images, and 1 failure.")
      try GalleryOutput(url, position: position).finish(Array(images.dropFirst(10)))
      #expect(try GalleryFile(url).items.count == 300)
    }
  }

  @Test("An image that was retried is on the page once, as it came out last")
  func retry() throws {
    try withPage { url in
      let first = try GalleryOutput(url)
      let failing = [0, 1, 2].map { GalleryImage.failed($0, FilePath("\($0).jpg")) }
      try first.finish(failing + [GalleryImage.captioned(3, "3.jpg")])
      let second = try GalleryOutput(url, position: first.flush())
      try second.finish([
        GalleryImage.failed(0, "0.jpg", message: "still broken", isRetry: true),
        GalleryImage.captioned(1, "1.jpg", isRetry: true),
      ])
      // And once more, so that the retries are those of an earlier run.
      for output in [second, try GalleryOutput(url, position: second.flush())] {
        try output.finish()
        let page = try GalleryFile(url)
        #expect(page.captioned.map(\.path) == ["3.jpg", "1.jpg"])
        #expect(page.failures.map(\.path) == ["2.jpg", "0.jpg"])
        #expect(page.failures.last?.message == "still broken")
        #expect(page.scope == "All 2 captioned images, and all 2 failures.")
      }
    }
  }

  @Test("A retried image that the sample does not want is a failure no more")
  func unwantedRetry() throws {
    try withPage { url in
      let first = try GalleryOutput(url, sampleSize: 0)
      try first.finish([GalleryImage.failed(0, "0.jpg"), GalleryImage.failed(1, "1.jpg")])
      let second = try GalleryOutput(url, position: first.flush(), sampleSize: 0)
      try second.finish([GalleryImage.captioned(1, "1.jpg", isRetry: true)])
      #expect(try GalleryFile(url).items.map(\.path) == ["0.jpg"])
      #expect(try GalleryFile(url).scope == "A stable sample of 0 of 1 captioned images, and 1 failure.")
    }
  }

  @Test("A directory that could not be listed counts for the run that found it so")
  func listingProblems() throws {
    try withPage { url in
      let problem = GalleryImage.failed(0, "locked", stage: .list)
      let first = try GalleryOutput(url)
      try first.finish([problem, GalleryImage.captioned(1, "1.jpg")])
      #expect(try GalleryFile(url).scope == "1 captioned image, and 1 failure.")
      let second = try GalleryOutput(url, position: first.flush())
      try second.finish([problem])
      #expect(try GalleryFile(url).failures.map(\.path) == ["locked"])
      #expect(try GalleryFile(url).scope == "1 captioned image, and 1 failure.")
      try GalleryOutput(url, position: second.flush()).finish([GalleryImage.captioned(0, "locked/0.jpg")])
      #expect(try GalleryFile(url).failures == [])
      #expect(try GalleryFile(url).scope == "All 2 captioned images.")
    }
  }

  @Test("A lost or foreign file beside the page is told of")
  func lostItems() throws {
    try withPage { url in
      let position = try {
        let output = try GalleryOutput(url)
        try output.write(images[0])
        return try output.flush()
      }()
      let path = GalleryOutput.itemsPath(url.path(percentEncoded: false))
      #expect(throws: BatchError.shortOutput(path: path, found: position.byteCount, expected: position.byteCount + 1)) {
        try GalleryOutput(url, position: OutputPosition(byteCount: position.byteCount + 1, rows: 2))
      }
      try Data(repeating: 65, count: 1000).write(to: URL(filePath: path))
      let error = #expect(throws: FileSystemError.self) { try GalleryOutput(url, position: position) }
      #expect(error?.description.contains("\(path): it is not what this version wrote") == true)
      try FileManager.default.removeItem(atPath: path)
      #expect(throws: BatchError.shortOutput(path: path, found: 0, expected: position.byteCount)) {
        try GalleryOutput(url, position: position)
      }
    }
  }

  @Test("There is a page from the beginning on, so that a place where none can be is known at once")
  func beginning() throws {
    try withPage { url in
      let output = try GalleryOutput(url)
      #expect(try GalleryFile(url).items == [])
      try output.finish(images)
      let whole = try Data(contentsOf: url)
      // One that is there stays until there is another.
      let position = try output.flush()
      _ = try GalleryOutput(url, position: position)
      #expect(try Data(contentsOf: url) == whole)
      // What was killed before its end left none.
      try FileManager.default.removeItem(at: url)
      _ = try GalleryOutput(url, position: position)
      #expect(try Data(contentsOf: url) == whole)
    }
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "missing/report.html").path(percentEncoded: false)
      #expect(throws: FileSystemError.notFound(path: path)) {
        try GalleryOutput(
          path: path, position: nil, heading: GalleryHeading(model: "tiny"),
          itemsPath: directory.appending(path: "items").path(percentEncoded: false))
      }
    }
  }
}
