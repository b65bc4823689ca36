import BatchCaptioning
import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Runs of a pipeline with stub steps, each as a program of its own would do it.
struct StubRun {
  let directory: URL
  var settings = BatchPipeline.Settings()
  var writing = BatchWriter.Settings()
  var restarts = false
  var sourceSettings = ["model": "stub"]

  var output: URL { directory.appending(path: "captions.txt") }
  var errors: URL { directory.appending(path: "errors.jsonl") }
  var journal: String { directory.appending(path: "captions.txt.journal").path(percentEncoded: false) }

  struct Outcome {
    let ending: BatchEnding
    let progress: BatchProgress.Snapshot
  }

  func callAsFunction(
    _ paths: [FilePath], _ steps: StubSteps = StubSteps(), extra: @Sendable () -> [any BatchOutput] = { [] }
  ) async throws -> Outcome {
    try await run({ ArraySource(paths) }, steps, extra: extra)
  }

  func run(
    _ source: @escaping @Sendable () throws -> any ImageSource, _ steps: StubSteps = StubSteps(),
    extra: @Sendable () -> [any BatchOutput] = { [] }
  ) async throws -> Outcome {
    let others = extra()
    let names = others.indices.map { NamedOutput(name: "other \($0)") }
    let journal = try BatchJournal(
      directory: journal, settings: BatchSettings(sourceSettings), restarts: restarts,
      outputs: names + [NamedOutput(name: "lines", file: output.path(percentEncoded: false))])
    let progress = BatchProgress(resumed: journal.resumed.tally)
    let lines = try LinesOutput(output, position: journal.outputPositions[others.count])
    let ledger = try ErrorLedger(
      path: errors.path(percentEncoded: false), format: LedgerLines(), journal: self.journal)
    let writer = try BatchWriter(settings: writing, outputs: others + [lines], journal: journal, ledger: ledger)
    let pipeline = BatchPipeline(settings: settings, steps: steps, progress: progress)
    let ending = try await pipeline.run(source, writer: writer)
    return Outcome(ending: ending, progress: progress.snapshot)
  }

  func lines() throws -> [String] { try LinesOutput.lines(output) }

  func errorLines() throws -> [String] {
    FileManager.default.fileExists(atPath: errors.path(percentEncoded: false)) ? try LinesOutput.lines(errors) : []
  }

  struct LedgerLines: RowFormat {
    func row(_ image: FinishedImage) -> [UInt8]? {
      image.failure.map { Array("\(image.path.lastComponent?.string ?? ""): \($0.code.rawValue) \($0.stage)\n".utf8) }
    }
  }
}

@Suite("Batch pipeline", .timeLimit(.minutes(15)))
struct BatchPipelineTests {
  private func expected(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "\($0).jpg: number \($0)" } }

  @Test("An image that the captioner is not sure of is done, is no failure, and its copies are like it")
  func unsure() async throws {
    try await withTemporaryDirectory { directory in
      var paths = try StubImages(directory: directory).write(3)
      let copy = directory.appending(path: "copy.jpg")
      try Data(contentsOf: URL(filePath: paths[1].string)).write(to: copy)
      paths.append(FilePath(copy.path(percentEncoded: false)))
      var steps = StubSteps()
      steps.unsure = [1]
      let run = StubRun(directory: directory)
      let outcome = try await run(paths, steps)
      #expect(outcome.progress.tally.captioned == 2 && outcome.progress.tally.unsure == 2)
      #expect(outcome.progress.tally.failed == 0 && outcome.progress.copies == 1)
      #expect(try run.errorLines() == [])
      #expect(try run.lines() == ["0.jpg: number 0", "1.jpg: ", "2.jpg: number 2", "copy.jpg: "])
      // Nothing is left to do.
      let again = try await run(paths, steps)
      #expect(again.progress.resumed == 4 && again.progress.tally.total == 0)
      #expect(again.progress.before.unsure == 2)
    }
  }

  @Test("Captions come in the list's order, however long each stage takes with each image")
  func order() async throws {
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(120)
      var steps = StubSteps()
      steps.beforePreparing = { if $0 % 7 == 0 { usleep(3000) } }
      steps.beforeEncoding = { _ in usleep(500) }
      steps.length = { $0 % 11 == 3 ? 60 : 1 + $0 % 4 }
      var run = StubRun(directory: directory)
      run.settings.rows = 8
      let outcome = try await run(paths, steps)
      #expect(outcome.ending == .all)
      #expect(try run.lines() == expected(0..<120))
      #expect(outcome.progress.tally.captioned == 120)
      #expect(steps.counts.mostRows <= 8)
      #expect(steps.counts.batches.allSatisfy { $0 <= 16 } && steps.counts.batches.contains { $0 > 1 })
    }
  }

  @Test("A stage that fails for an image costs that image alone, and the ledger says which stage it was")
  func failingStages() async throws {
    struct Broken: Error {}
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(40)
      var steps = StubSteps()
      steps.beforePreparing = { if $0 == 3 { throw Broken() } }
      steps.beforeEncoding = { if $0.contains(11) { throw Broken() } }
      steps.beforeMapping = { if $0 == 17 { throw Broken() } }
      steps.ungeneratable = [29]
      let run = StubRun(directory: directory)
      let outcome = try await run(paths, steps)
      #expect(outcome.progress.tally.failed == 4)
      #expect(try run.lines() == expected((0..<40).filter { ![3, 11, 17, 29].contains($0) }))
      #expect(
        try run.errorLines() == [
          "3.jpg: corrupt decode", "11.jpg: other encode", "17.jpg: other encode", "29.jpg: generation generate",
        ])
    }
  }

  @Test("No more images than the window holds are between listing and writing")
  func window() async throws {
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(60)
      // The first image holds up all others for as long as it likes.
      let state = Mutex((hasBegun: false, seen: 0))
      var steps = StubSteps()
      steps.beforePreparing = { number in
        if number > 0 { return state.withLock { $0.seen += 1 } }
        var last = -1
        while state.withLock({ $0.seen }) != last {
          last = state.withLock { $0.seen }
          usleep(100_000)
        }
      }
      var run = StubRun(directory: directory)
      run.settings.window = 10
      let before = Mutex(0)
      steps.beforeEncoding = { numbers in
        if numbers.contains(0) { before.withLock { $0 = state.withLock { $0.seen } } }
      }
      _ = try await run(paths, steps)
      #expect(before.withLock { $0 } <= 9)
      #expect(try run.lines() == expected(0..<60))
    }
  }

  @Test("Identical bytes are captioned once, wherever the first one stands, in this run and in the next")
  func copies() async throws {
    try await withTemporaryDirectory { directory in
      let images = StubImages(directory: directory)
      var paths: [FilePath] = []
      for index in 0..<90 { paths.append(try images.write("\(index % 9)", as: "\(index).jpg")) }
      var steps = StubSteps()
      steps.beforePreparing = { _ in usleep(2000) }
      let run = StubRun(directory: directory)
      let first = try await run(Array(paths[..<60]), steps)
      #expect(steps.counts.prepared.sorted() == Array(0..<9))
      #expect(first.progress.copies == 51)
      let second = try await run(paths, steps)
      #expect(steps.counts.prepared.count == 9)
      #expect(second.progress.copies == 30)
      #expect(try run.lines() == (0..<90).map { "\($0).jpg: number \($0 % 9)" })
    }
  }

  @Test("Copies of an image that fails fail as it does, and nothing waits for ever")
  func copiesOfFailures() async throws {
    try await withTemporaryDirectory { directory in
      let images = StubImages(directory: directory)
      var paths: [FilePath] = []
      for index in 0..<60 { paths.append(try images.write("\(index % 3)", as: "\(index).jpg")) }
      var steps = StubSteps()
      steps.beforePreparing = { _ in usleep(1000) }
      steps.ungeneratable = [1]
      let run = StubRun(directory: directory)
      let outcome = try await run(paths, steps)
      #expect(outcome.progress.tally.failed == 20)
      #expect(try run.errorLines().count == 20)
      #expect(try run.lines().count == 40)
    }
  }

  @Test("Without deduplication every image is captioned by itself")
  func noDeduplication() async throws {
    try await withTemporaryDirectory { directory in
      let path = try StubImages(directory: directory).write("5", as: "5.jpg")
      let steps = StubSteps()
      var run = StubRun(directory: directory)
      run.settings.deduplicates = false
      _ = try await run(Array(repeating: path, count: 25), steps)
      #expect(steps.counts.prepared == Array(repeating: 5, count: 25))
      #expect(try run.lines() == expected(Array(repeating: 5, count: 25)))
    }
  }

  @Test("A run that is cancelled ends with whole files; the next one does what is left, and each image is there once")
  func cancellation() async throws {
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(300)
      var run = StubRun(directory: directory)
      run.writing.commitInterval = 10
      for limit in [40, 150] {
        let enough = AsyncStream.makeStream(of: Void.self)
        let isCancelled = Mutex(false)
        var steps = StubSteps()
        steps.beforeMapping = { number in
          if number != limit { return }
          enough.continuation.yield()
          while !isCancelled.withLock({ $0 }) { usleep(500) }
        }
        let task = Task { [run, steps] in try await run(paths, steps) }
        for await _ in enough.stream { break }
        task.cancel()
        isCancelled.withLock { $0 = true }
        await #expect(throws: CancellationError.self) { try await task.value }
        let lines = try run.lines()
        #expect(lines == Array(expected(0..<300).prefix(lines.count)) && lines.count < 300)
      }
      let last = try await run(paths)
      #expect(last.progress.before.captioned > 0)
      #expect(last.progress.before.captioned + last.progress.tally.captioned == 300)
      #expect(try run.lines() == expected(0..<300))
    }
  }

  @Test("Too many errors end the run, with what was done before them kept")
  func maximumErrors() async throws {
    try await withTemporaryDirectory { directory in
      let images = StubImages(directory: directory)
      var paths = try images.write(100)
      for index in [10, 20, 30, 40] { paths[index] = try images.write("broken", as: "\(index).jpg") }
      var run = StubRun(directory: directory)
      run.writing.maximumErrors = 2
      let outcome = try await run(paths)
      #expect(outcome.ending == .tooManyErrors)
      #expect(try run.errorLines() == [10, 20, 30].map { "\($0).jpg: truncated decode" })
      #expect(try run.lines() == expected((0..<30).filter { $0 % 10 != 0 || $0 == 0 }))
    }
  }

  @Test("What failed is taken again with retriesErrors alone, and leaves the ledger when it succeeds")
  func retry() async throws {
    try await withTemporaryDirectory { directory in
      let images = StubImages(directory: directory)
      var paths = try images.write(20)
      for index in [4, 9, 15] { paths[index] = try images.write("broken", as: "\(index).jpg") }
      var run = StubRun(directory: directory)
      _ = try await run(paths)
      try images.write("4", as: "4.jpg")
      try images.write("9", as: "9.jpg")
      paths.append(try images.write("20", as: "20.jpg"))
      // A plain run does what is new, and leaves what failed.
      let plain = try await run(paths)
      #expect(plain.progress.tally.captioned == 1)
      #expect(try run.errorLines().count == 3)
      run.settings.retriesErrors = true
      let steps = StubSteps()
      let retried = try await run(paths, steps)
      #expect(retried.progress.retried == 3)
      #expect(steps.counts.prepared.sorted() == [4, 9])
      #expect(try run.errorLines() == ["15.jpg: truncated decode"])
      #expect(Set(try run.lines()) == Set(expected((0...20).filter { $0 != 15 })))
      #expect(try run.lines().count == 20)
      // A second time there is one left, which fails again.
      let again = try await run(paths)
      #expect(again.progress.before.failed == 1 && again.progress.retried == 1)
      #expect(try run.errorLines() == ["15.jpg: truncated decode"])
    }
  }

  @Test("What is no image and not called like one is skipped; what is called like one is an error")
  func skipped() async throws {
    try await withTemporaryDirectory { directory in
      func path(_ name: String, _ content: Data) throws -> FilePath {
        let url = directory.appending(path: name)
        try content.write(to: url)
        return FilePath(url.path(percentEncoded: false))
      }
      let paths = [
        try path("notes.txt", Data("BMW on a street\n".utf8)), try path("a.xmp", Data("<?xpacket".utf8)),
        try path("page.html", Data("<html>".utf8)), try path("page.jpg", Data("<html>".utf8)),
        try path("animation", Data("GIF89a".utf8)), try path("empty.png", Data()),
        try StubImages(directory: directory).write("1", as: "no-extension"),
        FilePath(directory.appending(path: "missing.jpg").path(percentEncoded: false)),
        FilePath(directory.path(percentEncoded: false)),
      ]
      let run = StubRun(directory: directory)
      let outcome = try await run(paths)
      #expect(outcome.progress.tally.skipped == 3)
      #expect(try run.lines() == ["no-extension: number 1"])
      #expect(
        try run.errorLines() == [
          "page.jpg: unsupported_format decode", "animation: unsupported_format decode", "empty.png: empty read",
          "missing.jpg: not_found read", "\(directory.lastPathComponent): directory read",
        ])
    }
  }

  @Test("An error of the list ends the run with that error, and what was done is kept")
  func brokenList() async throws {
    struct Broken: Error {}
    struct BrokenSource: ImageSource {
      var source: ArraySource
      mutating func next() throws -> ListedImage? {
        guard let next = source.next() else { throw Broken() }
        return next
      }
    }
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(10)
      let run = StubRun(directory: directory)
      await #expect(throws: Broken.self) { try await run.run { BrokenSource(source: ArraySource(paths)) } }
      let lines = try run.lines()
      #expect(lines == Array(expected(0..<10).prefix(lines.count)))
      _ = try await run(paths)
      #expect(try run.lines() == expected(0..<10))
    }
  }

  @Test("An output that refuses an image makes it an error, and other outputs do not have it")
  func refusingOutput() async throws {
    final class Refusing: BatchOutput {
      func write(_ image: FinishedImage) throws {
        if image.path.stem == "2" { throw ImageFailure(.sidecar, stage: .write, message: "no") }
      }
      func flush() -> OutputPosition { .start }
      func finish() {}
    }
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(5)
      let run = StubRun(directory: directory)
      _ = try await run(paths, extra: { [Refusing()] })
      #expect(try run.lines() == expected([0, 1, 3, 4]))
      #expect(try run.errorLines() == ["2.jpg: sidecar write"])
    }
  }

  @Test("A disk that is full ends the run with the output's error, and the journal keeps what was flushed")
  func fullDisk() async throws {
    final class Full: BatchOutput {
      private var count = 0
      func write(_ image: FinishedImage) { count += 1 }
      func flush() throws -> OutputPosition {
        if count > 12 { throw FileSystemError.diskFull(path: "there") }
        return .start
      }
      func finish() {}
    }
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(30)
      var run = StubRun(directory: directory)
      run.writing.commitInterval = 5
      await #expect(throws: FileSystemError.diskFull(path: "there")) { try await run(paths, extra: { [Full()] }) }
      let last = try await run(paths)
      // A commit every five images, and one a second besides.
      #expect((5...12).contains(last.progress.before.captioned))
      #expect(try run.lines() == expected(0..<30))
    }
  }

  @Test("An output that is added has the images of earlier runs, which are not captioned again")
  func addedOutput() async throws {
    final class Texts: Sendable {
      private let texts = Mutex([String]())
      var all: [String] { texts.withLock { $0 } }
      func append(_ text: String) { texts.withLock { $0.append(text) } }
    }
    final class Collecting: BatchOutput {
      private let texts: Texts
      init(_ texts: Texts) { self.texts = texts }
      func write(_ image: FinishedImage) { if let caption = image.caption { texts.append(caption.text) } }
      func flush() -> OutputPosition { .start }
      func finish() {}
    }
    try await withTemporaryDirectory { directory in
      let paths = try StubImages(directory: directory).write(5)
      let run = StubRun(directory: directory)
      let steps = StubSteps()
      _ = try await run(paths, steps)
      let texts = Texts()
      let outcome = try await run(paths, steps) { [Collecting(texts)] }
      #expect(texts.all == (0..<5).map { "number \($0)" })
      #expect(outcome.progress.writtenAgain == 5 && outcome.progress.tally.total == 0)
      #expect(steps.counts.prepared.count == 5)
      #expect(try run.lines() == expected(0..<5))
    }
  }

  @Test("An image whose file was replaced is captioned anew, in this run and in no later one")
  func replaced() async throws {
    try await withTemporaryDirectory { directory in
      let images = StubImages(directory: directory)
      let paths = try images.write(5)
      let run = StubRun(directory: directory)
      _ = try await run(paths)
      try images.write("77", as: "3.jpg")
      let second = try await run(paths)
      #expect(second.progress.replaced == 1 && second.progress.tally.captioned == 1 && second.progress.resumed == 4)
      #expect(try run.lines().contains("3.jpg: number 77"))
      let third = try await run(paths)
      #expect(third.progress.tally.total == 0 && third.progress.resumed == 5)
      // The list may become another meanwhile.
      try images.write("888", as: "1.jpg")
      let fourth = try await run(Array(paths.reversed()))
      #expect(fourth.progress.replaced == 1 && fourth.progress.resumed == 4)
      #expect(try await run(paths).progress.tally.total == 0)
    }
  }

  @Test("A replaced image that cannot be captioned is a failure, and can be retried")
  func replacedByDamage() async throws {
    try await withTemporaryDirectory { directory in
      let images = StubImages(directory: directory)
      let paths = try images.write(3)
      var run = StubRun(directory: directory)
      _ = try await run(paths)
      try images.write("broken", as: "1.jpg")
      #expect(try await run(paths).progress.tally.failed == 1)
      #expect(try run.errorLines() == ["1.jpg: truncated decode"])
      #expect(try await run(paths).progress.tally.total == 0)
      try images.write("55", as: "1.jpg")
      run.settings.retriesErrors = true
      #expect(try await run(paths).progress.tally.captioned == 1)
      #expect(try run.errorLines() == [])
      #expect(try run.lines().contains("1.jpg: number 55"))
      run.settings.retriesErrors = false
      #expect(try await run(paths).progress.tally.total == 0)
    }
  }
}
