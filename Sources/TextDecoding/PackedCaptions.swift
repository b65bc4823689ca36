package import Tensors

/// Captions as training reads them: the tokens of several captions, start and stop tokens included, packed one after
/// the other.
package struct PackedCaptions: Sendable {
  /// The tokens that the decoder reads: each caption without its last token.
  package let inputs: [Int]
  /// The tokens that it is to predict: each caption without its first token, or without the tokens that are given.
  package let targets: [Int]
  /// The indices of the inputs that targets follow; `nil` where targets follow all of them.
  package let foretellingInputs: [Int]?
  /// The factor of each target's loss, of any sign; `nil` is 1 for all.
  package let weights: [Float]?
  /// The sequences of the inputs.
  package let sequences: PackedSequences

  /// - Parameters:
  ///   - captions: the captions of each image; each caption has at least two tokens.
  ///   - given: how many of the first tokens of each caption are given, not predicted, as the input of a task is; at
  ///     least 1, and fewer than there are. `nil` is 1 for all.
  ///   - weights: the factor of the losses of each caption's tokens, of any sign. `nil` is 1 for all.
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
