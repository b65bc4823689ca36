import Foundation
import ModelFiles
import PrefixMapping
package import Tensors
import TextDecoding

/// What the decoder expected where it read a token.
package struct TokenReading: Sendable, Equatable {
  /// The token that it held likeliest.
  package let likeliest: Int
  /// The natural logarithm of the probability that it gave to the token that came.
  package let logProbability: Double
}

extension Captioner {
  /// Reads given captions token by token.
  ///
  /// - Parameters:
  ///   - captions: tokens of each image's caption, without start tokens.
  ///   - features: `[images, tokens, width]`.
  /// - Returns: of each caption's tokens.
  /// - Throws: `DecodingError`.
  package func reading(_ captions: [[Int]], features: Tensor) throws -> [[TokenReading]] {
    let start = manifest.decoder.startTokens
    // The last token is expected, but not read.
    let texts = captions.map { start + $0.dropLast() }
    var cache = try decoder.cache(prefixes: mapper.prefixes(features, decoder: decoder))
    let hidden = try decoder.hiddenStates(texts, cache: &cache)
    var first = 0
    return zip(texts, captions).map { text, caption in
      defer { first += text.count }
      let place = first + start.count - 1
      let probabilities = decoder.logits(hidden.rows(place..<place + caption.count)).softmax()
      return caption.enumerated().map { row, token in
        probabilities.rows(row..<row + 1).withUnsafeBuffer { values in
          TokenReading(
            likeliest: ScoreStatistics.maximum(values)?.index ?? 0, logProbability: log(Double(values[token])))
        }
      }
    }
  }
}
