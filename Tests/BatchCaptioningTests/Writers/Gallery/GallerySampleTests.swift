import BatchCaptioning
import Captioning
import SystemPackage
import TestSupport
import Testing

@Suite("Gallery sample")
struct GallerySampleTests {
  private let ranks = (0..<600).map { GallerySample.rank(of: FilePath("photos/\($0).jpg")) }

  /// The ranks that remain of these, given in their order.
  private func remaining(_ ranks: [UInt64], capacity: Int = 50) -> Set<UInt64> {
    let sample = GallerySample(capacity: capacity)
    for (offset, rank) in ranks.enumerated() { sample.insert(rank: rank, offset: offset) }
    return Set(sample.offsets.map { ranks[$0] })
  }

  @Test("A rank is the beginning of the path's SHA-256")
  func rank() {
    // The example of FIPS 180-2.
    #expect(GallerySample.rank(of: "abc") == 0xba78_16bf_8f01_cfea)
  }

  @Test("It holds the smallest ranks, in whatever order they come")
  func orderIndependent() {
    let smallest = Set(ranks.sorted().prefix(50))
    #expect(remaining(ranks) == smallest)
    #expect(remaining(ranks.reversed()) == smallest)
    #expect(remaining(ranks.sorted()) == smallest)
    #expect(remaining(ranks.sorted(by: >)) == smallest)
    var generator = SplitMix(seed: 5)
    for _ in 0..<5 { #expect(remaining(ranks.shuffled(using: &generator)) == smallest) }
  }

  @Test("It holds all there is until it is full")
  func few() {
    #expect(remaining(ranks, capacity: 600) == Set(ranks))
    #expect(remaining(ranks, capacity: 599).count == 599)
    #expect(remaining(ranks, capacity: 1) == [ranks.min()])
    #expect(remaining(ranks, capacity: 0) == [])
  }

  @Test("It wants what would be in it, and never again what it once did not want")
  func wants() {
    let sample = GallerySample(capacity: 20)
    var unwanted: Set<UInt64> = []
    for (offset, rank) in ranks.enumerated() {
      let isWanted = sample.wants(rank: rank)
      sample.insert(rank: rank, offset: offset)
      #expect(sample.offsets.contains(offset) == isWanted)
      if !isWanted { unwanted.insert(rank) }
      #expect(unwanted.allSatisfy { !sample.wants(rank: $0) })
    }
    // 20 (1 + ln(600 / 20)) on average.
    #expect((60...120).contains(ranks.count - unwanted.count))
    #expect(!sample.wants(FilePath("photos/\(ranks.firstIndex(of: ranks.max() ?? 0) ?? 0).jpg")))
  }

  @Test("A path given twice is in it twice")
  func repeats() {
    let sample = GallerySample(capacity: 3)
    for offset in [10, 20] { sample.insert(rank: 7, offset: offset) }
    #expect(sample.offsets == [10, 20])
    sample.insert(rank: 8, offset: 30)
    // The earlier of equals stays.
    sample.insert(rank: 7, offset: 40)
    sample.insert(rank: 7, offset: 50)
    #expect(sample.offsets == [10, 20, 40])
  }

  @Test("Other threads may ask it while it grows")
  func threads() async {
    let sample = GallerySample(capacity: 50)
    let ranks = ranks
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { for number in 0..<600 { _ = sample.wants(FilePath("photos/\(number).jpg")) } }
      }
      group.addTask { for (offset, rank) in ranks.enumerated() { sample.insert(rank: rank, offset: offset) } }
    }
    #expect(Set(sample.offsets.map { ranks[$0] }) == Set(ranks.sorted().prefix(50)))
  }
}
