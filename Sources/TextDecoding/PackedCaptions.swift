public import Tensors

/// Captions as training reads them: the tokens of several, start and stop tokens included, packed one after the other.
public struct PackedCaptions: Sendable {
  /// What the decoder reads: all of each caption but its last token.
  public let inputs: [Int]
  /// What it shall foretell: all of each caption but its first token.
  public let targets: [Int]
  /// Of the inputs.
  public let sequences: PackedSequences

  /// - Parameter captions: for each image its captions; each at least two tokens long.
  public init(_ captions: [[[Int]]]) {
    let all = captions.flatMap { $0 }
    precondition(all.allSatisfy { $0.count >= 2 }, "a caption has a start and a token to foretell")
    inputs = all.flatMap { $0.dropLast() }
    targets = all.flatMap { $0.dropFirst() }
    sequences = PackedSequences(lengths: all.map { $0.count - 1 }, sequencesPerImage: captions.map(\.count))
  }

  public var captionCount: Int { sequences.lengths.count }
}
