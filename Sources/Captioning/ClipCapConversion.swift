import ImageEncoding
package import ModelFiles
import PrefixMapping
import Tensors
import TextDecoding

/// Converts a ClipCap checkpoint to a captioner's directory.
package struct ClipCapConversion: Sendable {
  /// The path of a PyTorch file.
  package let checkpoint: String
  /// The absolute paths of directories in the Hugging Face format.
  package let encoder, decoder: String
  /// The directory of the new captioner.
  package let directory: String
  package let name: String
  /// The text of the token that ends a caption.
  package let stop: String
  package let maximumNewTokens: Int

  package init(
    checkpoint: String, encoder: String, decoder: String, directory: String, name: String, stop: String,
    maximumNewTokens: Int
  ) {
    self.checkpoint = checkpoint
    self.encoder = encoder
    self.decoder = decoder
    self.directory = directory
    self.name = name
    self.stop = stop
    self.maximumNewTokens = maximumNewTokens
  }

  /// Writes the directory, and loads the captioner to check that its parts fit.
  ///
  /// - Throws: `CaptionerError`, `ModelFileError`, `FileSystemError`, `ModelStoreError`.
  package func run(hashes: FileHashCache) throws {
    guard !FileSystem.isRegularFile(Path.join(directory, CaptionerManifest.fileName)) else {
      throw CaptionerError.existingCaptioner(directory: directory)
    }
    let configuration = try GPT2Configuration(jsonFile: Path.join(decoder, "config.json"))
    let found = try ClipCapCheckpoint(path: checkpoint, width: configuration.hiddenSize)
    try FileSystem.createDirectory(directory)
    let mapperPath = Path.join(directory, "mapper.safetensors")
    try SafetensorsWriter.write(found.mapper, to: mapperPath)
    let decoderSettings = try decoderSettings(found, hashes)
    let manifest = CaptionerManifest(
      name: name, encoders: [try BasePair.clipSettings(encoder, hashes)], decoder: decoderSettings,
      mapper: CaptionerManifest.Mapper(
        path: "mapper.safetensors", family: found.family.name, sha256: try FileHash(ofFile: mapperPath),
        heads: ClipCapCheckpoint.attentionHeads, tokenGroups: [1]),
      trainingData: "ClipCap checkpoint \(Path.name(checkpoint))")
    try manifest.write(toDirectory: directory)
    _ = try Captioner(directory: directory, store: ModelStore())
  }

  /// The decoder of the checkpoint where it holds one, with configuration and tokeniser; otherwise the given one.
  private func decoderSettings(
    _ found: ClipCapCheckpoint, _ hashes: FileHashCache
  ) throws -> CaptionerManifest.Decoder {
    var path = decoder
    if !found.decoder.isEmpty {
      path = Path.join(directory, "decoder")
      try FileSystem.createDirectory(path)
      let tokenizer = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
        "merges.txt",
      ]
      for file in ["config.json"] + tokenizer.filter({ FileSystem.isRegularFile(Path.join(decoder, $0)) }) {
        try FileSystem.writeAtomically(
          FileSystem.read(Path.join(decoder, file), limit: 64 << 20), to: Path.join(path, file))
      }
      try SafetensorsWriter.write(
        found.decoder, metadata: ["format": "pt"], to: Path.join(path, "model.safetensors"))
    }
    let tokenizer = try SubwordTokenizer(directory: decoder)
    let stopTokens = tokenizer.encode(stop, parsingSpecialTokens: true)
    guard stopTokens.count == 1 else { throw CaptionerError.noSingleToken(text: stop) }
    return CaptionerManifest.Decoder(
      path: found.decoder.isEmpty ? path : "decoder", family: DecoderFamily.gpt2.rawValue,
      sha256: try ModelWeights(of: path).hash(hashes), promptTemplate: "{prefix}", startTokens: [],
      stopTokens: stopTokens, maximumNewTokens: maximumNewTokens)
  }
}
