import ModelFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which files of a repository make a model.
enum HubFiles {
  static let configuration = "config.json"

  /// Files that are fetched where the repository has them.
  static let optional = [
    "preprocessor_config.json", "generation_config.json", tokenizer, "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
  ]

  static let tokenizer = "tokenizer.json"
  /// What older models have in place of a `tokenizer.json`.
  static let olderTokenizer = ["vocab.json", "merges.txt"]

  /// All files to fetch but the shards of a split model, which only its index names.
  ///
  /// - Throws: `HubError.noWeights`, `.fileNotFound`.
  static func chosen(
    from names: some Sequence<String>, for reference: HubReference
  ) throws(HubError) -> [String] {
    let names = Set(names)
    let repository = reference.repository
    if let file = reference.file {
      let files = GGUFSplit(path: file)?.paths ?? [file]
      if let missing = files.first(where: { !names.contains($0) }) {
        throw .fileNotFound(repository: repository, file: missing)
      }
      return files
    }
    guard let weights = DirectoryWeights.best(of: names) else {
      throw .noWeights(repository: repository, problem: problem(names, repository))
    }
    guard names.contains(configuration) else {
      throw .noWeights(
        repository: repository, problem: "it has weights, but no \(configuration) that says of what: it cannot be used")
    }
    let others = optional + (names.contains(tokenizer) ? [] : olderTokenizer)
    return [configuration] + others.filter(names.contains) + [weights.rawValue]
  }

  private static func problem(_ names: Set<String>, _ repository: String) -> String {
    let gguf = names.filter { $0.hasSuffix(".gguf") }.sorted()
    if let first = gguf.first {
      let shown = gguf.prefix(20).joined(separator: ", ")
      return "it has GGUF files: name the one that you want, such as hf:\(repository)/\(first) (there are: \(shown))"
    }
    let pickled = names.filter { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }.sorted()
    if let first = pickled.first {
      return "its weights come only as \(first): take a revision with \(DirectoryWeights.safetensors.rawValue) or "
        + "\(DirectoryWeights.pyTorch.rawValue), or convert it with the transformers library"
    }
    return "it has no \(DirectoryWeights.safetensors.rawValue)"
  }

  /// The shards that an index names, in its order of names.
  ///
  /// - Throws: `HubError.noWeights`.
  static func shards(
    of weights: DirectoryWeights, index bytes: [UInt8], repository: String
  ) throws(HubError) -> [String] {
    struct Index: Decodable {
      let weightMap: [String: String]
      enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
    }
    guard let index = try? JSONDecoder().decode(Index.self, from: Data(bytes)) else {
      throw .noWeights(repository: repository, problem: "its \(weights.rawValue) is not valid")
    }
    let shards = Set(index.weightMap.values).sorted()
    // They become file names here.
    guard !shards.isEmpty, shards.allSatisfy({ weights.isShard($0) && !$0.contains("/") }) else {
      throw .noWeights(repository: repository, problem: "its \(weights.rawValue) names no shards beside it")
    }
    return shards
  }
}
