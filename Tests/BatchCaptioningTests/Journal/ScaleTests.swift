import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("A million images", .timeLimit(.minutes(15)))
struct ScaleTests {
  /// Paths that no memory holds.
  private struct Numbers: ImageSource {
    let count: Int
    let last: [FilePath]
    var place = 0

    static func path(_ number: Int) -> FilePath { FilePath("/photos/\(number % 1000)/\(number).jpg") }

    mutating func next() -> ListedImage? {
      defer { place += 1 }
      if place < count { return ListedImage(ordinal: place, path: Self.path(place), content: .file) }
      let index = place - count
      return index < last.count ? ListedImage(ordinal: place, path: last[index], content: .file) : nil
    }
  }

  @Test("A run goes on behind a million images that are done, and does those that are left")
  func resume() async throws {
    try await withTemporaryDirectory { directory in
      let count = 1_000_000
      let run = StubRun(directory: directory)
      var journal: BatchJournal? = try BatchJournal(
        directory: run.journal, settings: BatchSettings(run.sourceSettings), restarts: false, outputs: [])
      var places = RelativePlaces(journal: FilePath(run.journal))
      for number in 0..<count {
        let image = ListedImage(ordinal: number, path: Numbers.path(number), content: .file)
        journal?.append(JournalledImage(key: ImageKey(image, &places), outcome: .skipped))
        if number % 10_000 == 9_999 { try journal?.commit([]) }
      }
      journal = nil
      let left = try StubImages(directory: directory).write(20)
      let outcome = try await run.run { Numbers(count: count, last: left) }
      #expect(outcome.progress.before.skipped == count)
      #expect(outcome.progress.resumed == count)
      #expect(outcome.progress.tally.captioned == 20)
      #expect(try run.lines() == (0..<20).map { "\($0).jpg: number \($0)" })
    }
  }
}
