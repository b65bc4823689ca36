import ModelFiles
import TextDecoding

/// The decoder families that a manifest can name, each from a GGUF file or a Hugging Face directory.
enum DecoderFamily {
  typealias Loaded = (decoder: any TextDecoder, tokenizer: any Tokenizer)
  private typealias Loader = @Sendable (_ path: String) throws -> Loaded

  private static let loaders: [String: Loader] = [
    "llama": { path in
      if path.hasSuffix(".gguf") {
        let file = try GGUFFile(path: path)
        let llama = try Llama(
          configuration: LlamaConfiguration(file), weights: WeightReader(file), names: .gguf)
        return (llama, try SubwordTokenizer(gguf: file))
      }
      let llama = try Llama(
        configuration: LlamaConfiguration(jsonFile: path + "/config.json"),
        weights: WeightReader(openSafetensors(directory: path)), names: .huggingFace)
      return (llama, try SubwordTokenizer(tokenizerJSON: path + "/tokenizer.json"))
    }
  ]

  static func load(_ family: String, from path: String) throws -> Loaded {
    guard let load = loaders[family] else {
      throw CaptionerError.unknownFamily(part: "decoder", name: family, known: loaders.keys.sorted())
    }
    return try load(path)
  }
}
