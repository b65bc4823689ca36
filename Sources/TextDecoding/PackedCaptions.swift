package import Tensors

/// Captions as training reads them: the tokens of several, start and stop tokens included, packed one after the other.
package struct PackedCaptions: Sendable {
  /// What the decoder reads: all of each caption but its last token.
  package let inputs: [Int]
  /// What it shall foretell: all of each caption but its first token, or but the tokens that are given.
  package let targets: [Int]
  /// The inputs that targets follow; `nil` where that is all.
  package let foretellingInputs: [Int]?
  /// What the loss of each target is multiplied by, of any sign; `nil` is 1 for all.
  package let weights: [Float]?
  /// Of the inputs.
  package let sequences: PackedSequences

  /// - Parameters:
  ///   - captions: for each image its captions; each at least two tokens long.
  ///   - given: how many of the first tokens of each of them are given rather than foretold, as the input of a task is; at
  ///     least 1, and fewer than there are. `nil` is 1 for all.
  ///   - weights: of each of them: what the losses of its tokens are multiplied by, of any sign. `nil` is 1 for all.
  package init(_ captions: [[[Int]]], given: [[Int]]? = nil, weights: [[Float]]? = nil) {
    let all = captions.flatMap { $0 }
    precondition(all.allSatisfy { $0.count >= 2 }, "a caption has a start and a token to foretell")
    inputs = all.flatMap { $0.dropLast() }
    sequences = PackedSequences(lengths: all.map { $0.count - 1 }, sequencesPerImage: captions.map(\.count))
    let foretold = zip(all, given?.flatMap { $0 } ?? all.map { _ in 1 }).map { $0.count - $1 }
    self.weights = weights.map { weights in
      let each = weights.flatMap { $0 }
      precondition(each.count == all.count, "\(each.count) weights for \(all.count) captions")
      return zip(each, foretold).flatMap { Array(repeating: $0, count: max($1, 0)) }
    }
    guard let given = given?.flatMap({ $0 }) else {
      targets = all.flatMap { $0.dropFirst() }
      foretellingInputs = nil
      return
    }
    precondition(
      given.count == all.count && zip(given, all).allSatisfy { $0 >= 1 && $0 < $1.count }, "given tokens \(given)")
    targets = zip(all, given).flatMap { $0.dropFirst($1) }
    var start = 0
    foretellingInputs = zip(all, given).flatMap { caption, given in
      defer { start += caption.count - 1 }
      return start + given - 1..<start + caption.count - 1
    }
  }

  package var captionCount: Int { sequences.lengths.count }
}
