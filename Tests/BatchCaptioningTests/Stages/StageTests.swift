import BatchCaptioning
import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import Synchronization
import SystemPackage
import Tensors
import TestSupport
import Testing
import TextDecoding

/// What a stage handed past the others.
private final class Bypassed: Sendable {
  private let state = Mutex([StagedOutcome]())
  var outcomes: [StagedOutcome] { state.withLock { $0 } }
  func append(_ outcome: StagedOutcome) { state.withLock { $0.append(outcome) } }

  /// Sequence numbers, and the code of those that failed.
  var summary: [Int: String] {
    outcomes.reduce(into: [:]) { summary, outcome in
      summary[outcome.work.sequence] =
        switch outcome.result {
        case .failed(let failure, _): failure.code.rawValue
        case .captioned(let image): image.content.text
        case .skipped: "skipped"
        case .present: "present"
        case .copy, .pendingCopy: "copy"
        }
    }
  }
}

/// Counts who is there at the same time.
private final class Visitors: Sendable {
  private let state = Mutex((now: 0, most: 0, count: 0))
  var count: Int { state.withLock { $0.count } }
  var most: Int { state.withLock { $0.most } }

  func stay(microseconds: UInt32) {
    state.withLock { state in
      state.now += 1
      state.count += 1
      state.most = max(state.most, state.now)
    }
    usleep(microseconds)
    state.withLock { $0.now -= 1 }
  }
}

@Suite("Stages, each alone", .timeLimit(.minutes(15)))
struct StageTests {
  private func work(_ number: Int, path: FilePath = "a.jpg") -> ImageWork {
    ImageWork(sequence: number, image: ListedImage(ordinal: number, path: path, content: .file))
  }

  private func staged<Content>(_ number: Int, _ content: Content) -> StagedImage<Content> {
    StagedImage(
      work: work(number), facts: ImageFacts(hash: FileHash.hash(of: [UInt8(number)]), width: 1, height: 1),
      content: content)
  }

  private func pixels(_ number: Int) -> StagedImage<ImagePixels> {
    staged(number, ImagePixels([Tensor([Float(number)], shape: [1, 1, 1])]))
  }

  private func prefix(_ number: Int) -> StagedImage<Prefix> {
    staged(number, Prefix(keysValues: Tensor([Float(number), 0], shape: [1, 2, 1, 1, 1])))
  }

  /// Runs a stage on `input` and collects what it hands on.
  private func run<In, Out>(
    _ input: [In], onSend: @escaping @Sendable () -> Void = {},
    _ stage: @escaping @Sendable (AsyncChannel<In>, AsyncChannel<Out>) async throws -> Void
  ) async throws -> [Out] {
    let (from, to) = (AsyncChannel<In>(), AsyncChannel<Out>())
    return try await withThrowingTaskGroup(of: [Out].self) { group in
      group.addTask {
        for element in input {
          await from.send(element)
          onSend()
        }
        from.finish()
        return []
      }
      group.addTask {
        try await stage(from, to)
        return []
      }
      group.addTask { await to.reduce(into: []) { $0.append($1) } }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }

  @Test("Listing hands on what is left, waits for places in the window, and passes over what is done")
  func list() async throws {
    let window = Budget(3)
    let finished = Bypassed()
    let progress = BatchProgress()
    let stage = ListStage(window: window, progress: progress, isPresent: { $0.ordinal == 2 }) { finished.append($0) }
    let given = Visitors()
    let out: [ImageWork] = try await run([Int]()) { _, to in
      // Places come back as they do from a writer.
      let returns = Task { [window] in
        while !Task.isCancelled {
          try await Task.sleep(for: .milliseconds(5))
          given.stay(microseconds: 0)
          window.give(1)
        }
      }
      var source: any ImageSource = ArraySource((0..<8).map { FilePath("\($0).jpg") })
      try await stage.run(&source, done: NothingDone(takesNew: true), to: to)
      returns.cancel()
    }
    #expect(out.map(\.image.ordinal) == [0, 1, 3, 4, 5, 6, 7])
    #expect(finished.summary == [2: "present"])
    #expect(given.count >= 5)
  }

  @Test("Preparing reads several images at once, and says of each bad one what is wrong")
  func prepare() async throws {
    try await withTemporaryDirectory { directory in
      let images = StubImages(directory: directory)
      var works = try (0..<6).map { work($0, path: try images.write("\($0)", as: "\($0).jpg")) }
      works.append(work(6, path: try images.write("none", as: "6.jpg")))
      works.append(work(7, path: "nowhere.jpg"))
      let finished = Bypassed()
      let visitors = Visitors()
      var steps = StubSteps()
      steps.beforePreparing = { _ in visitors.stay(microseconds: 50_000) }
      let stage = PrepareStage(
        steps: steps, reader: ImageReader(limit: 1000, memory: Budget(1000)), memory: Budget(1000), contents: nil,
        wantsThumbnail: { _ in false }, onWarning: { _, _ in }, meter: StageMeter()
      ) { finished.append($0) }
      let out: [StagedImage<ImagePixels>] = try await run(works) { try await stage.run(workers: 3, from: $0, to: $1) }
      #expect(Set(out.map { Int($0.content.tensors[0].values[0]) }) == Set(0..<6))
      #expect(finished.summary == [6: "truncated", 7: "not_found"])
      #expect(visitors.most == 3)
    }
  }

  @Test("A file that somebody writes while it is read is an error that says so")
  func changingFile() async throws {
    try await withTemporaryDirectory { directory in
      let path = try StubImages(directory: directory).write("1", as: "1.jpg")
      // So large that reading takes a while; most of it is a hole.
      truncate(path.string, 400 << 20)
      let isDone = Mutex(false)
      let writing = Thread {
        let file = open(path.string, O_WRONLY | O_APPEND)
        while !isDone.withLock({ $0 }) { _ = write(file, "x", 1) }
        close(file)
      }
      writing.start()
      let finished = Bypassed()
      let stage = PrepareStage(
        steps: StubSteps(), reader: ImageReader(limit: 1 << 30, memory: Budget(1 << 30)), memory: Budget(1000),
        contents: nil, wantsThumbnail: { _ in false }, onWarning: { _, _ in }, meter: StageMeter()
      ) { finished.append($0) }
      let out: [StagedImage<ImagePixels>] = try await run([work(0, path: path)]) {
        try await stage.run(workers: 1, from: $0, to: $1)
      }
      isDone.withLock { $0 = true }
      #expect(out.isEmpty)
      #expect(finished.summary == [0: "changed"])
    }
  }

  @Test("Images that need more memory than there is are decoded one after the other")
  func memoryBudget() async throws {
    try await withTemporaryDirectory { directory in
      let works = try (0..<6).map { number in
        work(number, path: try StubImages(directory: directory).write("\(number)", as: "\(number).jpg"))
      }
      let visitors = Visitors()
      var steps = StubSteps()
      steps.beforePreparing = { _ in visitors.stay(microseconds: 5000) }
      // A stub says that it needs as much as the file has: 4 bytes.
      let stage = PrepareStage(
        steps: steps, reader: ImageReader(limit: 1000, memory: Budget(1000)), memory: Budget(7), contents: nil,
        wantsThumbnail: { _ in false }, onWarning: { _, _ in }, meter: StageMeter()
      ) { _ in }
      let out: [StagedImage<ImagePixels>] = try await run(works) { try await stage.run(workers: 4, from: $0, to: $1) }
      #expect(out.count == 6)
      #expect(visitors.most == 1)
    }
  }

  @Test("Encoding takes together what is ready, keeps the order, and isolates an image that fails")
  func encode() async throws {
    struct Broken: Error {}
    let finished = Bypassed()
    var steps = StubSteps()
    let sent = Visitors()
    steps.beforeEncoding = { numbers in
      // Until another whole batch is ready: when the tenth image is about to be sent, eight are in the inbox or in this
      // batch, which has four at most. No time is short enough for a machine that runs all the tests at once.
      for _ in 0..<120_000 where numbers.contains(0) && sent.count < 10 { usleep(5000) }
      if numbers.contains(13) { throw Broken() }
    }
    let stage = EncodeStage(steps: steps, batchSize: 4, meter: StageMeter()) { finished.append($0) }
    let out: [StagedImage<Tensor>] = try await run(
      (0..<40).map(pixels), onSend: { sent.stay(microseconds: 0) }
    ) { from, to in
      try await withTaskExecutorPreference(try StageThread()) { try await stage.run(from: from, to: to) }
    }
    #expect(out.map(\.work.sequence) == (0..<40).filter { $0 != 13 })
    #expect(finished.summary == [13: "other"])
    #expect(steps.counts.batches.max() == 4)
  }

  @Test("Mapping keeps the order and isolates an image that fails")
  func map() async throws {
    struct Broken: Error {}
    let finished = Bypassed()
    var steps = StubSteps()
    steps.beforeMapping = { if $0 == 5 { throw Broken() } }
    let stage = MapStage(steps: steps, batchSize: 4, meter: StageMeter()) { finished.append($0) }
    let input = (0..<12).map { staged($0, Tensor([Float($0)], shape: [1, 1])) }
    let out: [StagedImage<Prefix>] = try await run(input) { try await stage.run(from: $0, to: $1) }
    #expect(out.map { Int($0.content.keysValues.values[0]) } == (0..<12).filter { $0 != 5 })
    #expect(finished.summary == [5: "other"])
  }

  @Test("Generating fills the places of captions that are done at once, and a long one holds up none")
  func generate() async throws {
    let finished = Bypassed()
    var steps = StubSteps()
    steps.length = { $0 == 0 ? 100 : 2 }
    steps.ungeneratable = [7]
    let stage = GenerateStage(steps: steps, rows: 4, meter: StageMeter()) { finished.append($0) }
    let _: [Int] = try await run((0..<30).map(prefix)) { from, to in
      defer { to.finish() }
      try await stage.run(from: from)
    }
    #expect(finished.outcomes.last?.work.sequence == 0)
    #expect(finished.summary.count == 30)
    #expect(finished.summary[7] == "generation" && finished.summary[8] == "number 8")
    #expect(steps.counts.mostRows == 4)
  }

  @Test("A caption that finds no memory beside others waits for them; alone, it fails")
  func generationMemory() async throws {
    for (most, expected) in [(2, "number 8"), (0, "out_of_memory")] {
      var steps = StubSteps()
      steps.mostRows = most
      let finished = Bypassed()
      let stage = GenerateStage(steps: steps, rows: 4, meter: StageMeter()) { finished.append($0) }
      let _: [Int] = try await run((0..<10).map(prefix)) { from, to in
        defer { to.finish() }
        try await stage.run(from: from)
      }
      #expect(finished.summary.count == 10)
      #expect(finished.summary[8] == expected)
      #expect(steps.counts.mostRows == most)
    }
  }

  @Test("Images that find no memory as a group are encoded one by one, and one that finds none alone fails")
  func encodingMemory() async throws {
    var steps = StubSteps()
    steps.beforeEncoding = { numbers in
      if numbers.count > 1 || numbers == [3] { throw OutOfMemory(what: "images", byteCount: 1, remedy: "wait") }
    }
    let finished = Bypassed()
    let stage = EncodeStage(steps: steps, batchSize: 4, meter: StageMeter()) { finished.append($0) }
    let out: [StagedImage<Tensor>] = try await run((0..<8).map(pixels)) { try await stage.run(from: $0, to: $1) }
    #expect(out.count == 7)
    #expect(finished.summary == [3: "out_of_memory"])
  }

  @Test("A stage whose successor takes nothing more ends when it is cancelled")
  func cancelledStages() async throws {
    let steps = StubSteps()
    let (from, to) = (AsyncChannel<StagedImage<ImagePixels>>(), AsyncChannel<StagedImage<Tensor>>())
    let stage = EncodeStage(steps: steps, batchSize: 2, meter: StageMeter()) { _ in }
    let task = Task { try await stage.run(from: from, to: to) }
    let feeding = Task { [pixels = (0..<100).map(pixels)] in
      for image in pixels { await from.send(image) }
    }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    feeding.cancel()
    await feeding.value
    // Back-pressure: two batches, an inbox of two more, and no further.
    #expect(steps.counts.batches.reduce(0, +) <= 4)
  }
}
