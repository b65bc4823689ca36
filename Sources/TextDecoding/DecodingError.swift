/// Why a decoder cannot use its input.
package enum DecodingError: Error, Equatable, Sendable, CustomStringConvertible {
  case prefixMismatch(prefix: [Int], decoder: [Int])
  case promptMismatch(prompts: [Int], embeddingWidth: Int)
  case tokenOutOfRange(token: Int, vocabularySize: Int)
  case nothingToRead(row: Int)
  case contextFull(length: Int, limit: Int)
  case unsupported(path: String, feature: String)
  /// Keys of this decoder cannot be moved to other positions.
  case fixedPositions

  package var description: String {
    switch self {
    case .prefixMismatch(let prefix, let decoder):
      "the prefix has shape \(prefix) [layers, 2, heads, length, head dimension], but the decoder wants \(decoder) with "
        + "any length: use a mapper that was trained for this decoder"
    case .promptMismatch(let prompts, let embeddingWidth):
      "the prompts have shape \(prompts), but the decoder wants one of [length, \(embeddingWidth)] for each image: use a "
        + "mapper that was trained for this decoder"
    case .tokenOutOfRange(let token, let vocabularySize):
      "token \(token) is not in the decoder's vocabulary of \(vocabularySize): check startTokens in captioner.json"
    case .nothingToRead(let row):
      "row \(row) has no start token, and its prefix does not tell what follows it: give startTokens in captioner.json"
    case .contextFull(let length, let limit):
      "\(length) positions are more than the \(limit) that the decoder was trained for: ask for fewer tokens"
    case .unsupported(let path, let feature):
      "\(path): \(feature) is not supported: choose a decoder without it"
    case .fixedPositions:
      "the decoder has learnt positions, and keys that hold them cannot be moved to others: make one prefix of the whole "
        + "text instead of joining several"
    }
  }
}
