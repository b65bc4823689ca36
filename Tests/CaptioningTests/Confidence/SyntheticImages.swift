import Captioning
import TestSupport

/// Pooled vectors of made-up images: two vectors of different widths, photos around one place and others around another.
struct SyntheticImages {
  private var generator: SplitMix
  static let widths = [12, 20]

  init(seed: UInt64) { generator = SplitMix(seed: seed) }

  /// Spread most along the first numbers.
  mutating func vectors(_ count: Int, at place: Float) -> [[[Float]]] {
    (0..<count).map { _ in
      Self.widths.map { width in
        (0..<width).map { column in
          let spread: Float = column < 3 ? 4 : 1
          return 5 + place * (column % 2 == 0 ? 1 : -1) + Float.random(in: -spread...spread, using: &generator)
        }
      }
    }
  }

  /// Captions whose words are the surer the more likely they are right.
  mutating func examples(_ count: Int, at place: Float, areRight: Bool? = nil) -> [ConfidenceFitting.Example] {
    vectors(count, at: place).map { vectors in
      let sureness = Double.random(in: -3...0, using: &generator)
      let isRight = areRight ?? (Double.random(in: -3...0, using: &generator) < sureness)
      return ConfidenceFitting.Example(
        vectors: vectors, tokens: [sureness, sureness - 0.1, sureness], isRight: isRight)
    }
  }
}
