#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How rare n-grams are: counted over images, not captions.
struct DocumentFrequencies: Sendable {
  private let counts: [NGram: Int]
  private let logarithmOfImageCount: Double

  /// - Parameter images: the references of each image; iterated once.
  init(_ images: some Collection<[NGramCounts]>) {
    var counts: [NGram: Int] = [:]
    for references in images {
      for ngram in Set(references.lazy.flatMap(\.entries).map(\.ngram)) { counts[ngram, default: 0] += 1 }
    }
    self.counts = counts
    logarithmOfImageCount = log(Double(images.count))
  }

  /// An n-gram that no reference has counts as one that a single image has.
  func inverse(of ngram: NGram) -> Double { logarithmOfImageCount - log(Double(counts[ngram] ?? 1)) }
}

/// A caption as weighted n-grams, one vector per order.
struct CIDErVector: Sendable {
  private let counts: NGramCounts
  /// Term frequency times inverse document frequency, in the order of `counts.entries`.
  private let weights: [Double]
  private let norms: SIMD4<Double>
  /// pycocoevalcap measures lengths in bigrams.
  private let length: Int

  init(_ counts: NGramCounts, frequencies: DocumentFrequencies) {
    self.counts = counts
    length = counts.total(order: 1)
    weights = counts.entries.map { Double($0.count) * frequencies.inverse(of: $0.ngram) }
    var squares = SIMD4<Double>()
    for (entry, weight) in zip(counts.entries, weights) { squares[entry.order] += weight * weight }
    norms = squares.squareRoot()
  }

  /// Scores of the candidate `self` against references: (CIDEr-D, CIDEr), each times 10.
  func scores(references: [CIDErVector]) -> (clipped: Double, plain: Double) {
    var sum = SIMD2<Double>()
    for reference in references { sum += similarity(to: reference) }
    let mean = sum * 10 / (Double(NGram.maximumLength) * Double(references.count))
    return (mean[0], mean[1])
  }

  /// Sums over orders of the cosine similarity: clipped and with the penalty on length, and plain.
  private func similarity(to reference: CIDErVector) -> SIMD2<Double> {
    var clipped = SIMD4<Double>()
    var plain = SIMD4<Double>()
    for (entry, weight) in zip(counts.entries, weights) {
      guard let place = reference.counts.places[entry.ngram] else { continue }
      let other = reference.weights[place]
      clipped[entry.order] += min(weight, other) * other
      plain[entry.order] += weight * other
    }
    let scale = norms * reference.norms
    for order in 0..<NGram.maximumLength where scale[order] != 0 {
      clipped[order] /= scale[order]
      plain[order] /= scale[order]
    }
    let sigma = 6.0
    let difference = Double(length - reference.length)
    return [clipped.sum() * exp(-difference * difference / (2 * sigma * sigma)), plain.sum()]
  }
}
