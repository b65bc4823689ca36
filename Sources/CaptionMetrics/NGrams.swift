/// Up to four word numbers; unused places hold `NGram.none`.
typealias NGram = SIMD4<Int32>

extension NGram {
  static let maximumLength = 4
  /// No word has this number.
  static let none = Int32.min
}

/// The distinct n-grams of a caption, for n = 1…4, with how often each occurs.
struct NGramCounts: Sendable {
  struct Entry: Sendable {
    let ngram: NGram
    /// n - 1.
    let order: Int
    var count: Int
  }

  /// Ordered by first occurrence, so that sums over them are the same in every run, unlike in a dictionary's order.
  private(set) var entries: [Entry] = []
  private(set) var places: [NGram: Int] = [:]
  let wordCount: Int

  init(_ words: [Int32]) {
    wordCount = words.count
    entries.reserveCapacity(NGram.maximumLength * words.count)
    places.reserveCapacity(NGram.maximumLength * words.count)
    for start in words.indices {
      var ngram = NGram(repeating: NGram.none)
      for order in 0..<min(NGram.maximumLength, words.count - start) {
        ngram[order] = words[start + order]
        if let place = places[ngram] {
          entries[place].count += 1
        } else {
          places[ngram] = entries.count
          entries.append(Entry(ngram: ngram, order: order, count: 1))
        }
      }
    }
  }

  /// How many n-grams of this order there are, repetitions included.
  func total(order: Int) -> Int { max(0, wordCount - order) }
}
