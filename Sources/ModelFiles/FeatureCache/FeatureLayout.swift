/// How the numbers of one image's features lie in memory: tokens one after the other, in blocks whose tokens have one width.
package struct FeatureLayout: Sendable, Hashable, CustomStringConvertible {
  /// Tokens that have something in common, such as their layer, or the encoder that they come from.
  package struct Block: Sendable, Hashable {
    package let tokens: Int
    /// Numbers in a token.
    package let width: Int

    package init(tokens: Int, width: Int) {
      self.tokens = tokens
      self.width = width
    }

    package var count: Int { tokens * width }
  }

  package let blocks: [Block]

  package init(_ blocks: [Block]) {
    self.blocks = blocks
  }

  /// Blocks of one width.
  package init(tokens: [Int], width: Int) {
    blocks = tokens.map { Block(tokens: $0, width: width) }
  }

  /// The layout of several encoders' features, one after the other.
  package init(joining layouts: [FeatureLayout]) {
    blocks = layouts.flatMap(\.blocks)
  }

  package var tokens: Int { blocks.reduce(0) { $0 + $1.tokens } }

  /// How many numbers there are in all.
  package var count: Int { blocks.reduce(0) { $0 + $1.count } }

  /// The width of every token; `nil` where there are several widths, or none.
  package var width: Int? {
    guard let first = blocks.first, blocks.allSatisfy({ $0.width == first.width }) else { return nil }
    return first.width
  }

  /// The shape of a tensor with one image's features: `[tokens, width]`, or `[numbers]` where tokens have several
  /// widths.
  package var shape: [Int] { width.map { [tokens, $0] } ?? [count] }

  /// The same tokens, neighbouring blocks of one width as one: equal where the numbers mean the same to a reader.
  package var merged: FeatureLayout {
    var merged: [Block] = []
    for block in blocks {
      if let last = merged.last, last.width == block.width {
        merged[merged.count - 1] = Block(tokens: last.tokens + block.tokens, width: last.width)
      } else {
        merged.append(block)
      }
    }
    return FeatureLayout(merged)
  }

  /// `196x384 + 10x1280`: tokens and their widths.
  package var description: String { merged.blocks.map { "\($0.tokens)x\($0.width)" }.joined(separator: " + ") }
}
