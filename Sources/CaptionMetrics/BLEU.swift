#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What BLEU (Papineni et al. 2002) needs to know of an image's references.
struct BLEUReferences: Sendable {
  /// The largest count of each n-gram in any one reference.
  private let largestCounts: [NGram: Int]
  private let lengths: [Int]

  init(_ references: [NGramCounts]) {
    lengths = references.map(\.wordCount)
    var largest: [NGram: Int] = [:]
    for entry in references.lazy.flatMap(\.entries) {
      largest[entry.ngram] = max(largest[entry.ngram] ?? 0, entry.count)
    }
    largestCounts = largest
  }

  func statistics(of candidate: NGramCounts) -> BLEUStatistics {
    var statistics = BLEUStatistics()
    statistics.candidateLength = candidate.wordCount
    // The closest reference length, the shorter one of two as close.
    statistics.referenceLength =
      lengths.min { (abs($0 - candidate.wordCount), $0) < (abs($1 - candidate.wordCount), $1) } ?? 0
    for order in 0..<NGram.maximumLength { statistics.total[order] = candidate.total(order: order) }
    for entry in candidate.entries {
      statistics.matching[entry.order] += min(entry.count, largestCounts[entry.ngram] ?? 0)
    }
    return statistics
  }
}

/// Counts that are summed over captions before BLEU is computed of them.
struct BLEUStatistics: Sendable {
  /// By order: the n-grams of the candidate that a reference has too, and all of its n-grams.
  var matching = SIMD4<Int>()
  var total = SIMD4<Int>()
  var candidateLength = 0
  var referenceLength = 0

  static func += (sum: inout BLEUStatistics, other: BLEUStatistics) {
    sum.matching &+= other.matching
    sum.total &+= other.total
    sum.candidateLength += other.candidateLength
    sum.referenceLength += other.referenceLength
  }

  /// BLEU-1…4. The two small numbers are pycocoevalcap's smoothing: they are what a caption gets for an order in which
  /// nothing matches.
  var scores: [Double] {
    let (tiny, small) = (1e-15, 1e-9)
    let ratio = (Double(candidateLength) + tiny) / (Double(referenceLength) + small)
    let brevityPenalty = ratio < 1 ? exp(1 - 1 / ratio) : 1
    var product = 1.0
    return (0..<NGram.maximumLength).map { order in
      product *= (Double(matching[order]) + tiny) / (Double(total[order]) + small)
      return pow(product, 1 / Double(order + 1)) * brevityPenalty
    }
  }
}
