import Tensors

extension LlamaConfiguration {
  /// The values of `general.architecture` that are supported.
  package static let ggufArchitectures = ["llama", "qwen2", "qwen3"]

  /// Reads the metadata of a GGUF file of architecture `llama` (Mistral's too), `qwen2` or `qwen3`. The vocabulary's size is
  /// that of the token embedding where the file has one, and of the token list otherwise; the head is tied where there is
  /// no `output.weight`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported, such
  ///   as YaRN, partial rotary positions or experts.
  package init(_ file: GGUFFile) throws(ModelFileError) {
    let metadata = file.metadata
    let architecture = try metadata.require("general.architecture", isOneOf: Self.ggufArchitectures)
    let keys = Keys(
      hiddenSize: "\(architecture).embedding_length", attentionHeads: "\(architecture).attention.head_count",
      keyValueHeads: "\(architecture).attention.head_count_kv",
      headDimension: "\(architecture).attention.key_length",
      beginningOfSequence: GGUFFile.beginningOfSequenceKey, endOfSequence: GGUFFile.endOfSequenceKey)
    _ = try metadata.integer("\(architecture).expert_count", in: 0...0, default: 0)
    let hiddenSize = try metadata.integer(keys.hiddenSize, in: HyperparameterBounds.width)
    let attentionHeads = try metadata.integer(keys.attentionHeads, in: HyperparameterBounds.heads)
    let headDimension =
      try metadata.integerIfPresent(keys.headDimension) == nil
      ? Self.impliedHeadDimension(metadata, keys, hiddenSize: hiddenSize, attentionHeads: attentionHeads)
      : metadata.integer(keys.headDimension, in: Self.headDimensions)
    for key in ["\(architecture).attention.value_length", "\(architecture).rope.dimension_count"] {
      _ = try metadata.integer(key, in: headDimension...headDimension, default: headDimension)
    }
    let layers = try metadata.integer("\(architecture).block_count", in: HyperparameterBounds.layers)
    self.init(
      vocabularySize: try file.vocabularySize(hiddenSize: hiddenSize),
      hiddenSize: hiddenSize,
      intermediateSize: try metadata.integer("\(architecture).feed_forward_length", in: HyperparameterBounds.width),
      layers: layers,
      attentionHeads: attentionHeads,
      keyValueHeads: try metadata.integer(
        keys.keyValueHeads, in: HyperparameterBounds.heads, default: attentionHeads),
      headDimension: headDimension,
      rmsNormEpsilon: try metadata.positiveFloat("\(architecture).attention.layer_norm_rms_epsilon", atMost: 1),
      ropeTheta: try metadata.positiveFloat("\(architecture).rope.freq_base", atMost: 1e12, default: 10_000),
      tiesWordEmbeddings: file.shape(ofTensor: "output.weight") == nil,
      maximumPositions: try metadata.integer("\(architecture).context_length", in: HyperparameterBounds.positions),
      beginningOfSequenceToken: try metadata.integerIfPresent(GGUFFile.beginningOfSequenceKey),
      endOfSequenceTokens: try metadata.integerIfPresent(GGUFFile.endOfSequenceKey).map { [$0] } ?? [])
    ropeScaling = try file.rotaryScaling(architecture, headDimension: headDimension)
    hasQKVBias = architecture == "qwen2"
    hasQueryKeyNorm = architecture == "qwen3"
    let window = try metadata.integer(
      "\(architecture).attention.sliding_window", in: 0...HyperparameterBounds.positions.upperBound, default: 0)
    if window > 0 { windows = Array(repeating: window, count: layers) }
    try validate(metadata, keys)
  }
}
