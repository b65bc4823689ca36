import Tensors
import Testing
import TextDecoding

@Suite("The largest of many scores")
struct LargestScoresTests {
  @Test("They are those that sorting finds, ties by the lower index", arguments: [1, 2, 5, 40, 999, 1000, 1500])
  func agreesWithSorting(capacity: Int) {
    var generator = Xoshiro256PlusPlus(seed: 5)
    // A hundred values only, so that many are equal.
    let row = (0..<1000).map { _ in Float(Int(generator.nextUnitInterval() * 100)) * 0.37 }
    var largest = LargestScores(capacity: capacity)
    row.withUnsafeBufferPointer { largest.offer($0, plus: -1234.5, base: 70) }
    let sorted = row.indices.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
    #expect(largest.sorted().map(\.index) == sorted.prefix(capacity).map { $0 + 70 })
    #expect(largest.sorted().map(\.score) == sorted.prefix(capacity).map { Double(row[$0]) - 1234.5 })
  }

  @Test("Scores of -infinity are never among them")
  func impossible() {
    var largest = LargestScores(capacity: 3)
    [-Float.infinity, 1, -.infinity].withUnsafeBufferPointer { largest.offer($0, plus: 0, base: 0) }
    #expect(largest.sorted().map(\.index) == [1])
    #expect(largest.threshold == -.infinity)
  }
}
