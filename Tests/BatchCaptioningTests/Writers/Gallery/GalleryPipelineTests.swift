import BatchCaptioning
import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import SystemPackage
import TestSupport
import Testing

/// A gallery at the end of a pipeline.
@Suite("Gallery of a run")
struct GalleryPipelineTests {
  private func run(
    _ paths: [FilePath], in directory: URL, sampleSize: Int = 2000, retriesErrors: Bool = false
  ) async throws -> GalleryFile {
    let page = directory.appending(path: "report.html")
    let path = page.path(percentEncoded: false)
    let journal = try BatchJournal(
      directory: path + ".journal", settings: BatchSettings(["model": "stub"]), restarts: false,
      outputs: [NamedOutput(name: "page", file: path)])
    let progress = BatchProgress(resumed: journal.resumed.tally)
    let gallery = try GalleryOutput(page, position: journal.outputPositions[0], sampleSize: sampleSize)
    let sample = gallery.sample
    var settings = BatchPipeline.Settings()
    settings.retriesErrors = retriesErrors
    let writer = try BatchWriter(settings: BatchWriter.Settings(), outputs: [gallery], journal: journal, ledger: nil)
    var pipeline = BatchPipeline(settings: settings, steps: StubSteps(), progress: progress)
    pipeline.wantsThumbnail = { sample.wants($0) }
    _ = try await pipeline.run({ ArraySource(paths) }, writer: writer)
    return try GalleryFile(page)
  }

  @Test("Every image of the sample has its thumbnail")
  func thumbnails() async throws {
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(100)
      let page = try await run(paths, in: directory, sampleSize: 10)
      #expect(page.items.count == 10)
      #expect(page.scope == "A stable sample of 10 of 100 captioned images.")
      for item in page.items {
        // A stub's thumbnail is the file itself.
        #expect(item.thumbnail == (try Data(contentsOf: URL(filePath: item.path))))
        #expect(item.caption == "number \(item.ordinal)")
      }
    }
  }

  @Test("What failed leaves the page's failures when it is retried and succeeds, and is there once when it does not")
  func retries() async throws {
    try await withTemporaryDirectory { directory in
      let images = StubImages(directory: directory)
      let paths = try (0..<12).map { try images.write($0 % 5 == 2 ? "broken" : "\($0)", as: "\($0).jpg") }
      #expect(try await run(paths, in: directory).failures.map(\.ordinal) == [2, 7])
      try images.write("7", as: "7.jpg")
      let retried = try await run(paths, in: directory, retriesErrors: true)
      #expect(retried.failures.map(\.ordinal) == [2])
      #expect(retried.captioned.map(\.ordinal).sorted() == (0..<12).filter { $0 != 2 })
      #expect(retried.scope == "All 11 captioned images, and 1 failure.")
      #expect(try await run(paths, in: directory).items == retried.items)
    }
  }

  @Test("A captioner makes thumbnails of 240 pixels where they are wanted, and no others")
  func captionerThumbnails() throws {
    try withTemporaryDirectory { home in
      let captioner = try Captioner(
        directory: TinyCaptioner.path, store: ModelStore(root: home.path(percentEncoded: false)))
      let steps = CaptionerSteps(
        captioner, imageDecoder: ImageDecoder(), options: captioner.defaultOptions)
      let photo = Array(try Fixture.data("images/coffee.jpg"))
      #expect(try steps.prepare(photo, named: "coffee.jpg", wantsThumbnail: false).thumbnail == nil)
      let thumbnail = try #require(try steps.prepare(photo, named: "coffee.jpg", wantsThumbnail: true).thumbnail)
      let decoded = try ImageDecoder().decode(thumbnail, named: "thumbnail")
      #expect(decoded.format == .jpeg)
      // The captioner's own images are smaller still; a thumbnail is no larger than what was decoded for it.
      #expect(max(decoded.image.width, decoded.image.height) <= 240)
    }
  }
}
