import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

@Suite("Resume list")
struct ResumeListTests {
  private func key(_ number: Int) -> ImageKey { ImageKey(high: UInt64(number), low: UInt64(number) << 3) }

  /// What is left to do of `list` after a run that did `done`.
  private func left(
    of list: [Int], done: [Int], failed: Set<Int> = [], retriesErrors: Bool = false
  ) throws -> [Int] {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "journal").path(percentEncoded: false)
      var journal: BatchJournal? = try BatchJournal(
        directory: path, settings: BatchSettings([:]), restarts: false, outputs: [])
      for number in done {
        let failure = ImageFailure(.empty, stage: .read, message: "")
        journal?.append(
          JournalledImage(
            key: key(number),
            outcome: failed.contains(number) ? .failed(failure, path: FilePath("\(number)")) : .skipped))
      }
      try journal?.commit([])
      journal = nil
      let resumed = try BatchJournal(directory: path, settings: BatchSettings([:]), restarts: false, outputs: [])
      let left = try resumed.resumeSource.list(retriesErrors: retriesErrors)
      return try list.filter { try left.task(key($0)) != nil }
    }
  }

  @Test("Of a list that did not change, the part behind what was done is left")
  func unchanged() throws {
    #expect(try left(of: Array(0..<100), done: Array(0..<60)) == Array(60..<100))
    #expect(try left(of: Array(0..<10), done: Array(0..<10)) == [])
    #expect(try left(of: Array(0..<10), done: []) == Array(0..<10))
  }

  @Test("Of a list that changed, what came is left, wherever it came, and what went is missed by nobody")
  func changed() throws {
    #expect(try left(of: [1, 2, 50, 3, 4, 51], done: [1, 2, 3, 4]) == [50, 51])
    #expect(try left(of: [4, 2, 9], done: [1, 2, 3, 4]) == [9])
    #expect(try left(of: [50] + Array(0..<5000), done: Array(0..<5000)) == [50])
  }

  @Test("A path that the list names several times is done as many times")
  func repeated() throws {
    #expect(try left(of: [7, 7, 7, 8], done: [7, 7]) == [7, 8])
    #expect(try left(of: [1, 7, 7, 7, 8], done: [7, 7, 8]) == [1, 7])
  }

  @Test("With retriesErrors what failed is left, and neither what is done nor what is new")
  func failedOnly() throws {
    #expect(try left(of: Array(0..<12), done: Array(0..<10), failed: [3, 8], retriesErrors: true) == [3, 8])
    #expect(try left(of: [1, 2], done: [], retriesErrors: true) == [])
  }
}
