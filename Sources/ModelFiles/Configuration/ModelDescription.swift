/// What a model's own files say of the texts that it writes, whatever its family.
package struct ModelDescription: Sendable, Equatable {
  /// The tokens that end a text, as `generation_config.json`, `config.json` or the GGUF metadata name them.
  package let endTokens: [Int]

  /// - Parameter path: a GGUF file, or a directory in the Hugging Face format.
  /// - Throws: `ModelFileError`.
  package init(path: String) throws(ModelFileError) {
    if path.hasSuffix(".gguf") {
      let metadata = try GGUFFile(path: path).metadata
      // The end of a text, and of a turn in a conversation.
      let endOfText = try metadata.integerIfPresent("tokenizer.ggml.eos_token_id")
      let endOfTurn = try metadata.integerIfPresent("tokenizer.ggml.eot_token_id")
      endTokens = Self.unique([endOfText, endOfTurn])
      return
    }
    let configuration = try JSONConfiguration(path: Path.join(path, "config.json"))
    let generation = Path.join(path, "generation_config.json")
    var tokens: [Int]?
    if fileExists(generation) { tokens = try JSONConfiguration(path: generation).integersIfPresent("eos_token_id") }
    if tokens == nil { tokens = try configuration.integersIfPresent("eos_token_id") }
    endTokens = Self.unique(tokens ?? [])
  }

  private static func unique(_ tokens: [Int?]) -> [Int] {
    tokens.reduce(into: []) { tokens, token in
      if let token, token >= 0, !tokens.contains(token) { tokens.append(token) }
    }
  }
}
