package import ModelFiles

/// The decoder families, each from a Hugging Face directory and, where GGUF has an architecture for it, from a GGUF file.
/// Names are those of `model_type` in a `config.json`.
package enum DecoderFamily: String, CaseIterable, Sendable {
  case llama, mistral, qwen2, qwen3, gpt2, opt
  case gemma3 = "gemma3_text"
  case gptNeoX = "gpt_neox"

  /// The name of the family's architecture in a GGUF file; `nil` where none is read here.
  private var ggufArchitecture: String? {
    switch self {
    case .llama, .mistral: "llama"
    case .qwen2, .qwen3, .gpt2: rawValue
    case .gemma3: "gemma3"
    case .opt, .gptNeoX: nil
    }
  }

  /// The family of the model at `path`, a GGUF file or a directory with `config.json`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where the family is none of these.
  package init(path: String) throws(ModelFileError) {
    let (found, file, key): (String, String, String)
    if Self.isGGUF(path) {
      (file, key) = (path, "general.architecture")
      found = try GGUFFile(path: path).metadata.string(key)
    } else {
      (file, key) = (path + "/config.json", "model_type")
      found = try modelType(configuration: file)
    }
    let family = Self.allCases.first { (Self.isGGUF(path) ? $0.ggufArchitecture : $0.rawValue) == found }
    guard let family = family ?? (found == "gemma3" ? .gemma3 : nil) else {
      let known = Set(Self.allCases.compactMap { Self.isGGUF(path) ? $0.ggufArchitecture : $0.rawValue }).sorted()
      throw .invalidValue(
        path: file, key: key,
        problem: "is '\(found.prefix(60))', and only \(known.joined(separator: ", ")) are supported as decoders")
    }
    self = family
  }

  /// Whether a decoder's path names a GGUF file rather than a directory.
  package static func isGGUF(_ path: String) -> Bool { path.hasSuffix(".gguf") }

  /// - Parameter path: a GGUF file, or a directory with `config.json` and one of `DirectoryWeights`.
  /// - Throws: `ModelFileError`.
  package func open(path: String) throws(ModelFileError) -> TransformerDecoder {
    if Self.isGGUF(path) { return try open(gguf: GGUFFile(path: path)) }
    let weights = WeightReader(try openWeights(directory: path))
    let configuration = path + "/config.json"
    switch self {
    case .llama, .mistral, .qwen2, .qwen3:
      return try TransformerDecoder(
        llama: LlamaConfiguration(jsonFile: configuration), weights: weights, names: .huggingFace)
    case .gemma3:
      return try TransformerDecoder(gemma3: Gemma3Configuration(jsonFile: configuration), huggingFace: weights)
    case .gpt2: return try TransformerDecoder(gpt2: GPT2Configuration(jsonFile: configuration), huggingFace: weights)
    case .opt: return try TransformerDecoder(opt: OPTConfiguration(jsonFile: configuration), weights: weights)
    case .gptNeoX:
      return try TransformerDecoder(gptNeoX: GPTNeoXConfiguration(jsonFile: configuration), weights: weights)
    }
  }

  /// - Throws: `ModelFileError`, also where the family has no GGUF architecture.
  package func open(gguf file: GGUFFile) throws(ModelFileError) -> TransformerDecoder {
    let weights = WeightReader(file)
    switch self {
    case .llama, .mistral:
      return try TransformerDecoder(llama: LlamaConfiguration(file), weights: weights, names: .gguf)
    case .qwen2, .qwen3:
      return try TransformerDecoder(llama: LlamaConfiguration(file), weights: weights, names: .ggufUnpermuted)
    case .gemma3: return try TransformerDecoder(gemma3: Gemma3Configuration(file), gguf: weights)
    case .gpt2: return try TransformerDecoder(gpt2: GPT2Configuration(file), gguf: weights)
    case .opt, .gptNeoX:
      throw .unsupported(
        path: file.path, format: .gguf, feature: "a decoder of the family \(rawValue) (name its Hugging Face directory)"
      )
    }
  }
}
