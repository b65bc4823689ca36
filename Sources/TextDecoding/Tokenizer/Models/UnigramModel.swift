import ModelFiles

/// The unigram language model (Kudo 2018): among all ways to split a word into tokens, the one whose scores have the
/// largest sum, found by Viterbi's algorithm.
struct UnigramModel: SubwordModel {
  /// How much less than the worst token an unknown character scores.
  private static let unknownPenalty = 10.0

  private let trie: ByteTrie
  private let scores: [Double]
  private let unknownScore: Double
  private let unknownToken: Int?
  private let byteFallback: ByteFallback?
  private let isSinglePrecision: Bool
  let problem: ModelFileError?

  init(_ vocabulary: TokenizerVocabulary) {
    let lookup = TokenLookup(vocabulary, excluding: [])
    let tokens = vocabulary.tokens
    // Text becomes a special token only on request: special tokens are found earlier, as added tokens.
    var outside = vocabulary.idsOutsideOfMerging.union(vocabulary.addedTokens.filter(\.isSpecial).map(\.id))
    if let unknownToken = vocabulary.unknownToken { outside.insert(unknownToken) }
    let numbers = (0..<tokens.count).filter { !tokens[$0].isEmpty && !outside.contains($0) }
    trie = ByteTrie(tokens, numbers: numbers)
    unknownToken = vocabulary.unknownToken
    byteFallback = vocabulary.fallsBackToBytes ? ByteFallback(lookup.token) : nil
    let scores: [Double]
    switch vocabulary.scores() {
    case .success(let read): (scores, problem) = (read, lookup.problem)
    case .failure(let error): (scores, problem) = ([Double](repeating: 0, count: tokens.count), error)
    }
    self.scores = scores
    isSinglePrecision = vocabulary.sumsInSinglePrecision
    let unknownScore = (numbers.map { scores[$0] }.min() ?? 0) - Self.unknownPenalty
    self.unknownScore = isSinglePrecision ? Double(Float(unknownScore)) : unknownScore
  }

  /// The best path to some place in the text.
  private struct Step {
    var score = 0.0
    /// The index where its last token starts; -1 where there is no path yet.
    var start = -1
    /// The last token; `nil` is an unknown character.
    var token: Int?

    mutating func improve(_ score: Double, from start: Int, by token: Int?) {
      if self.start < 0 || score > self.score { self = Step(score: score, start: start, token: token) }
    }
  }

  /// A sum of two 32-bit numbers in 64 bits, then rounded, is what adding them in 32 bits gives.
  private func sum(_ left: Double, _ right: Double) -> Double {
    isSinglePrecision ? Double(Float(left + right)) : left + right
  }

  func append(_ word: UTF8Text, to output: inout [Int]) {
    var steps = [Step](repeating: Step(), count: word.count + 1)
    var position = 0
    while position < word.count {
      let length = word.character(at: position).length
      let score = steps[position].score
      var isKnown = false
      trie.forEachPrefix(of: word.bytes, from: position) { token, end in
        steps[end].improve(sum(scores[token], score), from: position, by: token)
        if end == position + length { isKnown = true }
      }
      if !isKnown { steps[position + length].improve(sum(unknownScore, score), from: position, by: nil) }
      position += length
    }
    var path: [(range: Range<Int>, token: Int?)] = []
    var end = word.count
    while end > 0 {
      let step = steps[end]
      // Unknown characters in a row are one unknown token.
      if step.token == nil, let next = path.last, next.token == nil {
        path[path.count - 1].range = step.start..<next.range.upperBound
      } else {
        path.append((step.start..<end, step.token))
      }
      end = step.start
    }
    for (range, token) in path.reversed() {
      var bytes: [UInt32] = []
      if let token {
        output.append(token)
      } else if let byteFallback, byteFallback.append(word.bytes[range], to: &bytes) {
        output.append(contentsOf: bytes.map(Int.init))
      } else if let unknownToken {
        output.append(unknownToken)
      }
    }
  }
}

/// Finds all strings of a set that a text begins with.
private struct ByteTrie: Sendable {
  /// The edges: from a node and a byte to the next node.
  private let edges: MergeTable
  /// The string that ends at each node; -1 where none does.
  private let numbers: [Int32]

  init(_ strings: ByteStrings, numbers: [Int]) {
    let sorted = numbers.sorted { strings[$0].lexicographicallyPrecedes(strings[$1]) }
    var edges: [(left: UInt32, right: UInt32, token: UInt32, rank: UInt32)] = []
    var ends: [Int32] = [-1]
    // The nodes along the previous string, the root first.
    var path: [UInt32] = [0]
    var previous = ArraySlice<UInt8>()
    for number in sorted {
      let string = strings[number]
      let shared = zip(previous, string).prefix { $0 == $1 }.count
      path.removeSubrange((shared + 1)...)
      for byte in string.dropFirst(shared) {
        let node = UInt32(ends.count)
        edges.append((path[path.count - 1], UInt32(byte), node, 0))
        ends.append(-1)
        path.append(node)
      }
      ends[Int(path[path.count - 1])] = Int32(number)
      previous = string
    }
    self.edges = MergeTable(edges)
    self.numbers = ends
  }

  /// Calls `body` with each string that `bytes` has at `start`, shortest first, and with its end.
  @inline(__always)
  func forEachPrefix(of bytes: UnsafeRawBufferPointer, from start: Int, _ body: (Int, Int) -> Void) {
    var node: UInt32 = 0
    for position in start..<bytes.count {
      let edge = edges.find(node, UInt32(bytes[position]))
      guard edge != MergeTable.none else { return }
      node = MergeTable.token(edge)
      if numbers[Int(node)] >= 0 { body(Int(numbers[Int(node)]), position + 1) }
    }
  }
}
