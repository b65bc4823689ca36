public import Tensors

/// Captions as training reads them: the tokens of several, start and stop tokens included, packed one after the other.
public struct PackedCaptions: Sendable {
  /// What the decoder reads: all of each caption but its last token.
  public let inputs: [Int]
  /// What it shall foretell: all of each caption but its first token, or but the tokens that are given.
  public let targets: [Int]
  /// The inputs that targets follow; `nil` where that is all.
  public let foretellingInputs: [Int]?
  /// Of the inputs.
  public let sequences: PackedSequences

  /// - Parameters:
  ///   - captions: for each image its captions; each at least two tokens long.
  ///   - given: how many of the first tokens of each of them are given rather than foretold, as the input of a task is; at
  ///     least 1, and fewer than there are. `nil` is 1 for all.
  public init(_ captions: [[[Int]]], given: [[Int]]? = nil) {
    let all = captions.flatMap { $0 }
    precondition(all.allSatisfy { $0.count >= 2 }, "a caption has a start and a token to foretell")
    inputs = all.flatMap { $0.dropLast() }
    sequences = PackedSequences(lengths: all.map { $0.count - 1 }, sequencesPerImage: captions.map(\.count))
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

  public var captionCount: Int { sequences.lengths.count }
}
