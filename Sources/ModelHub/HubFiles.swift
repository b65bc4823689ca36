#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which files of a repository make a model.
enum HubFiles {
  static let weights = "model.safetensors"
  static let index = "model.safetensors.index.json"
  static let configuration = "config.json"

  /// Taken where they are there.
  static let optional = [
    "preprocessor_config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
  ]

  /// All but the shards of a split model, which only its index names.
  ///
  /// - Throws: `HubError.noWeights`, `.fileNotFound`.
  static func chosen(
    from names: some Sequence<String>, for reference: HubReference
  ) throws(HubError) -> [String] {
    let names = Set(names)
    let repository = reference.repository
    if let file = reference.file {
      guard names.contains(file) else { throw .fileNotFound(repository: repository, file: file) }
      return [file]
    }
    guard let weights = [weights, index].first(where: names.contains) else {
      throw .noWeights(repository: repository, problem: problem(names, repository))
    }
    guard names.contains(configuration) else {
      throw .noWeights(
        repository: repository, problem: "it has weights, but no \(configuration) that says of what: it cannot be used")
    }
    return [configuration] + optional.filter(names.contains) + [weights]
  }

  private static func problem(_ names: Set<String>, _ repository: String) -> String {
    let gguf = names.filter { $0.hasSuffix(".gguf") }.sorted()
    if let first = gguf.first {
      let shown = gguf.prefix(20).joined(separator: ", ")
      return "it has GGUF files: name the one that you want, such as hf:\(repository)/\(first) (there are: \(shown))"
    }
    let pickled = names.filter { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }.sorted()
    if let first = pickled.first {
      return "its weights come only as PyTorch pickle (\(first)), which can run code when it is loaded and is not read"
        + " here: take a revision with \(weights), or convert it with the transformers library"
    }
    return "it has no \(weights)"
  }

  /// The shards that an index names, in its order of names.
  ///
  /// - Throws: `HubError.noWeights`.
  static func shards(index bytes: [UInt8], repository: String) throws(HubError) -> [String] {
    struct Index: Decodable {
      let weightMap: [String: String]
      enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
    }
    guard let index = try? JSONDecoder().decode(Index.self, from: Data(bytes)) else {
      throw .noWeights(repository: repository, problem: "its \(index) is not valid")
    }
    let shards = Set(index.weightMap.values).sorted()
    // They become names of files here.
    guard !shards.isEmpty, shards.allSatisfy({ $0.hasSuffix(".safetensors") && !$0.contains("/") }) else {
      throw .noWeights(repository: repository, problem: "its \(self.index) names no shards beside it")
    }
    return shards
  }
}
