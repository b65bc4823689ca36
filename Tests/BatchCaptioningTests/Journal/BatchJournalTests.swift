import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing
import TextDecoding

@Suite("Batch journal")
struct BatchJournalTests {
  private func open(
    _ directory: URL, _ settings: [String: String] = ["model": "a"], restarts: Bool = false, adopts: Bool = false,
    outputs: [NamedOutput] = []
  ) throws -> BatchJournal {
    try BatchJournal(
      directory: directory.appending(path: "journal").path(percentEncoded: false), settings: BatchSettings(settings),
      restarts: restarts, adopts: adopts, outputs: outputs)
  }

  private func image(_ number: Int, _ outcome: JournalledImage.Outcome = .skipped) -> JournalledImage {
    JournalledImage(key: ImageKey(high: UInt64(number), low: UInt64(number)), outcome: outcome)
  }

  private static let caption = JournalledCaption(
    hash: FileHash.hash(of: [1]), width: 70_000, height: 3,
    judgement: CaptionJudgement(confidence: 0.123456789, logProbability: -1.5), text: "a “dog”\n\u{0}🐕",
    finishReason: .stopToken)
  private static let unsure = JournalledCaption(
    hash: FileHash.hash(of: [2]), width: 7, height: 3,
    judgement: CaptionJudgement(confidence: 0.01, logProbability: -2, reason: .notAPhoto), text: "")

  @Test(
    "Every record is read back as it was written",
    arguments: [
      JournalRecord.runStart,
      .commit([OutputPosition(part: 3, byteCount: 1 << 40, rows: 7), .start]),
      .commit([]),
      .commit([OutputPosition(byteCount: 5, rows: 1, digest: FileHash.hash(of: [5]))]),
      .forgotten(output: 63),
      .tidied,
      .image(
        JournalledImage(
          key: ImageKey(high: 1, low: 2), isAgain: true, outcome: .captioned(caption), outputs: 1 << 63 | 1,
          source: JournalledSource(
            path: FilePath(bytes: [0xFF, 0x2F]), stamp: FileStamp(byteCount: 1 << 40, modified: -1)),
          replacedPath: "b.jpg")),
      .image(JournalledImage(key: ImageKey(high: 1, low: .max), isRetry: true, outcome: .captioned(caption))),
      .image(JournalledImage(key: ImageKey(high: 1, low: 2), outcome: .captioned(unsure))),
      .image(JournalledImage(key: ImageKey(high: 0, low: 0), outcome: .present)),
      .image(JournalledImage(key: ImageKey(high: 5, low: 6), outcome: .skipped)),
      .image(
        JournalledImage(
          key: ImageKey(high: 5, low: 6),
          outcome: .failed(
            ImageFailure(.truncated, stage: .decode, message: "né\n", bytesRead: 12),
            path: FilePath(bytes: [0x2F, 0xFF, 0x0A])))),
    ])
  func roundTrip(record: JournalRecord) throws {
    #expect(JournalRecord(payload: record.payload[...]) == record)
    for count in 0..<record.payload.count { #expect(JournalRecord(payload: record.payload.prefix(count)) == nil) }
  }

  @Test("A journal of an earlier version is refused with what to do, and left as it is")
  func olderJournal() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "journal")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      let files = [
        "settings.json": #"{"values":{"journal format":"1","model":"a"}}"#, "journal": "caption journal 1\nrecords",
      ]
      for (name, content) in files { try Data(content.utf8).write(to: url.appending(path: name)) }
      let error = #expect(throws: BatchError.self) { try open(directory) }
      #expect(error == .olderJournal(path: url.path(percentEncoded: false)))
      #expect(error?.description.contains("--restart") == true)
      for (name, content) in files {
        #expect(try String(contentsOf: url.appending(path: name), encoding: .utf8) == content)
      }
    }
  }

  @Test("What stands behind the last commit counts for nothing, wherever the journal is torn")
  func tornAnywhere() throws {
    try withTemporaryDirectory { directory in
      let outputs = [NamedOutput(name: "captions")]
      var journal: BatchJournal? = try open(directory, outputs: outputs)
      journal?.append(image(1, .captioned(Self.caption)))
      try journal?.commit([OutputPosition(byteCount: 10, rows: 1)])
      let url = directory.appending(path: "journal/journal")
      let first = try Data(contentsOf: url).count
      journal?.append(image(2))
      journal?.append(image(3))
      try journal?.commit([OutputPosition(byteCount: 20, rows: 1)])
      journal = nil
      let whole = try Data(contentsOf: url)
      for count in [first, first + 1, first + 20, whole.count - 1, whole.count] {
        try whole.prefix(count).write(to: url)
        let resumed = try open(directory, outputs: outputs).resumed
        #expect(resumed.positions == [OutputPosition(byteCount: count == whole.count ? 20 : 10, rows: 1)])
        #expect(resumed.tally.captioned == 1 && resumed.tally.skipped == (count == whole.count ? 2 : 0))
      }
      // A byte that is wrong makes what follows it worthless, not what stands before.
      var damaged = whole
      damaged[first + 12] ^= 1
      try damaged.write(to: url)
      #expect(try open(directory).resumed.positions == [OutputPosition(byteCount: 10, rows: 1)])
    }
  }

  @Test("Other settings are refused with what is different, unless the run begins anew")
  func otherSettings() throws {
    try withTemporaryDirectory { directory in
      _ = try open(directory, ["model": "a", "beams": "1"])
      let error = #expect(throws: BatchError.self) { try open(directory, ["model": "b", "beams": "1", "csv": "x"]) }
      guard case .otherSettings(_, let differences) = error else { return #expect(Bool(false), "\(error as Any)") }
      #expect(differences == ["csv: not given before, x now", "model: a before, b now"])
      _ = try open(directory, ["model": "b"], restarts: true)
      _ = try open(directory, ["model": "b"])
    }
  }

  @Test("Two runs cannot write the same outputs")
  func lock() throws {
    try withTemporaryDirectory { directory in
      let first = try open(directory)
      let path = directory.appending(path: "journal").path(percentEncoded: false)
      #expect(throws: BatchError.inUse(journal: path)) { try open(directory) }
      withExtendedLifetime(first) {}
    }
  }

  @Test("An output that exists without a journal is not overwritten, unless asked for")
  func existingOutput() throws {
    try withTemporaryDirectory { directory in
      let output = directory.appending(path: "captions.jsonl")
      try Data("mine".utf8).write(to: output)
      let path = output.path(percentEncoded: false)
      let outputs = [NamedOutput(name: "captions", file: path)]
      #expect(throws: BatchError.existingOutput(path: path)) { try open(directory, outputs: outputs) }
      #expect(!FileManager.default.fileExists(atPath: directory.appending(path: "journal").path))
      _ = try open(directory, restarts: true, outputs: outputs)
      _ = try open(directory, outputs: outputs)
    }
  }

  @Test("A begun run that begins anew forgets what it did")
  func restart() throws {
    try withTemporaryDirectory { directory in
      var journal: BatchJournal? = try open(directory)
      journal?.append(image(1))
      try journal?.commit([])
      journal = nil
      #expect(try open(directory).resumed.images == 1)
      #expect(try open(directory, restarts: true).resumed == BatchJournal.Summary())
    }
  }

  @Test("A file that is no journal is refused with its name and what to do")
  func foreignJournal() throws {
    try withTemporaryDirectory { directory in
      _ = try open(directory)
      let url = directory.appending(path: "journal/journal")
      try Data(repeating: 65, count: 100).write(to: url)
      let error = #expect(throws: BatchError.unreadableJournal(path: url.path)) { try open(directory) }
      #expect("\(try #require(error))".contains("--restart"))
    }
  }

  @Test("Failures that count: what was retried no more, of a directory's the last, and none that this run found well")
  func failures() throws {
    try withTemporaryDirectory { directory in
      func failure(_ number: Int, _ stage: ImageFailure.Stage, _ message: String) -> JournalledImage {
        image(number, .failed(ImageFailure(.other, stage: stage, message: message), path: FilePath("\(number)")))
      }
      func messages(_ journal: BatchJournal, listedAll: Bool) throws -> [String] {
        var messages: [String] = []
        try journal.forEachFailure(listedAll: listedAll) { messages.append("\($0) \($1.message)") }
        return messages
      }
      var journal: BatchJournal? = try open(directory)
      for record in [
        failure(1, .read, "a"), failure(2, .decode, "b"), failure(2, .decode, "c"), failure(3, .list, "d"),
        failure(4, .list, "e"),
      ] {
        journal?.append(record)
      }
      try journal?.commit([])
      #expect(try messages(#require(journal), listedAll: true) == ["1 a", "2 b", "2 c", "3 d", "4 e"])
      journal = nil
      let next = try open(directory)
      #expect(next.resumed.tally.failed == 3)
      var retried = failure(2, .decode, "f")
      retried.isRetry = true
      var captioned = image(1, .captioned(Self.caption))
      captioned.isRetry = true
      next.append(retried)
      next.append(captioned)
      next.append(failure(3, .list, "g"))
      try next.commit([])
      #expect(try messages(next, listedAll: false) == ["2 c", "4 e", "2 f", "3 g"])
      #expect(try messages(next, listedAll: true) == ["2 c", "2 f", "3 g"])
    }
  }

  @Test("Outputs may be added, and each keeps its place when others are left out")
  func addedOutputs() throws {
    try withTemporaryDirectory { directory in
      let (first, second) = (NamedOutput(name: "first"), NamedOutput(name: "second"))
      var journal: BatchJournal? = try open(directory, outputs: [first])
      try journal?.commit([OutputPosition(byteCount: 10, rows: 1)])
      journal = nil
      journal = try open(directory, outputs: [second, first])
      #expect(journal?.outputPositions == [nil, OutputPosition(byteCount: 10, rows: 1)])
      #expect(journal?.bits == [2, 1])
      try journal?.commit([OutputPosition(byteCount: 7, rows: 1), OutputPosition(byteCount: 20, rows: 2)])
      journal = nil
      journal = try open(directory, outputs: [second])
      #expect(journal?.outputPositions == [OutputPosition(byteCount: 7, rows: 1)])
      try journal?.commit([OutputPosition(byteCount: 8, rows: 2)])
      journal = nil
      #expect(
        try open(directory, outputs: [first, second]).outputPositions == [
          OutputPosition(byteCount: 20, rows: 2), OutputPosition(byteCount: 8, rows: 2),
        ])
    }
  }

  @Test("A file of an output that is new to the journal is not overwritten, unless it is to be adopted")
  func addedOutputExists() throws {
    try withTemporaryDirectory { directory in
      _ = try open(directory, outputs: [NamedOutput(name: "first")])
      let file = directory.appending(path: "b.csv")
      try Data("mine".utf8).write(to: file)
      let added = NamedOutput(name: "second", file: file.path(percentEncoded: false))
      #expect(throws: BatchError.existingOutput(path: file.path(percentEncoded: false))) {
        try open(directory, outputs: [added])
      }
      _ = try open(directory, adopts: true, outputs: [added])
    }
  }

  @Test("What outputs are about to write is known after a kill; an output that was made anew begins at nothing")
  func pending() throws {
    try withTemporaryDirectory { directory in
      let outputs = [NamedOutput(name: "first"), NamedOutput(name: "second")]
      var journal: BatchJournal? = try open(directory, outputs: outputs)
      let pending = PendingBytes(offset: 3, bytes: [1, 2, 0xFF])
      try journal?.prepare([nil, pending])
      journal = nil
      journal = try open(directory, outputs: outputs.reversed())
      #expect(journal?.outputsPending == [pending, nil])
      try journal?.commit([OutputPosition(byteCount: 7, rows: 1), OutputPosition(byteCount: 8, rows: 1)])
      try journal?.move([0: nil])
      journal = nil
      #expect(
        try open(directory, outputs: outputs).outputPositions == [OutputPosition(byteCount: 8, rows: 1), nil])
    }
  }

  @Test("Whether the last run came to its end is known")
  func ended() throws {
    try withTemporaryDirectory { directory in
      var journal: BatchJournal? = try open(directory)
      #expect(journal?.endedInOrder == true)
      try journal?.begin()
      journal = nil
      journal = try open(directory)
      #expect(journal?.endedInOrder == false)
      try journal?.end()
      journal = nil
      #expect(try open(directory).endedInOrder)
    }
  }
}
