import Foundation
import ModelFiles
import PrefixMapping
package import Tensors
import TextDecoding

/// What the decoder predicted for a token that it then read.
package struct TokenReading: Sendable, Equatable {
  /// The token that it predicted as the likeliest.
  package let likeliest: Int
  /// The natural logarithm of the probability that it gave to the actual token.
  package let logProbability: Double
}

extension Captioner {
  /// Reads given captions token by token.
  ///
  /// - Parameters:
  ///   - captions: the tokens of each image's caption, without start tokens.
  ///   - features: `[images, tokens, width]`.
  /// - Returns: the reading of each token of each caption.
  /// - Throws: `DecodingError`.
  package func reading(_ captions: [[Int]], features: Tensor) throws -> [[TokenReading]] {
    let start = manifest.decoder.startTokens
    // The last token is predicted, but not read.
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
