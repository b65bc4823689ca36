import Tensors

extension VisionTransformerConfiguration {
  /// Reads Hugging Face's `config.json` of `model_type` `vit`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported.
  package init(vitFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    try file.require("model_type", is: "vit")
    try file.require("pooler_act", is: "tanh", default: "tanh")
    try self.init(file, defaults: Self(layerNormEpsilon: 1e-12), activation: "gelu")
    hasQKVBias = try file.boolIfPresent("qkv_bias") ?? true
    outputSize = try file.integer("pooler_output_size", in: HyperparameterBounds.width, default: hiddenSize)
  }

  /// Reads Hugging Face's `config.json` of `model_type` `clip`, whose `vision_config` counts, or `clip_vision_model`.
  ///
  /// - Throws: as `init(vitFile:)`.
  package init(clipFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    let tower = try file.tower(of: "clip", alone: "clip_vision_model")
    try self.init(tower, defaults: Self(patchSize: 32, layerNormEpsilon: 1e-5), activation: "quick_gelu")
    // A whole model's own; `vision_config` repeats the default beside it.
    outputSize = try file.integer("projection_dim", in: HyperparameterBounds.width, default: 512)
  }

  /// Reads Hugging Face's `config.json` of `model_type` `siglip`, whose `vision_config` counts, or `siglip_vision_model`:
  /// SigLIP, and SigLIP 2 at fixed resolutions.
  ///
  /// - Throws: as `init(vitFile:)`.
  package init(siglipFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    let tower = try file.tower(of: "siglip", alone: "siglip_vision_model")
    try self.init(tower, defaults: Self(), activation: "gelu_pytorch_tanh")
    hasHead = try tower.boolIfPresent("vision_use_head") ?? true
  }
}

extension JSONConfiguration {
  /// The part that describes the vision tower: all of a file that describes nothing else.
  fileprivate func tower(of model: String, alone: String) throws(ModelFileError) -> JSONConfiguration {
    switch try stringIfPresent("model_type") {
    case alone: return self
    case model:
      guard let tower = try objectIfPresent("vision_config") else {
        throw .missingValue(path: path, key: "vision_config")
      }
      return tower
    case nil: throw .missingValue(path: path, key: "model_type")
    case let type?:
      throw invalid("model_type", "is '\(type.prefix(60))', and only '\(model)' and '\(alone)' are supported here")
    }
  }
}
