package import ImageEncoding
import ModelFiles

/// The encoder families that a manifest can name.
package enum EncoderFamily {
  private typealias Loader = @Sendable (_ configuration: String, _ weights: WeightReader) throws -> any VisionEncoder

  private static let loaders: [String: Loader] = [
    "clip": { try CLIP(configuration: VisionTransformerConfiguration(clipFile: $0), weights: $1) },
    "dinov2": { try DINOv2(configuration: DinoV2Configuration(jsonFile: $0), weights: $1) },
    "efficientnet-lite": {
      try EfficientNetLite(configuration: EfficientNetLiteConfiguration(jsonFile: $0), weights: $1)
    },
    "siglip": { try SigLIP(configuration: VisionTransformerConfiguration(siglipFile: $0), weights: $1) },
    "vit": { try ViT(configuration: VisionTransformerConfiguration(vitFile: $0), weights: $1) },
  ]

  /// The families by the `model_type` of `config.json`.
  private static let families = [
    "clip": "clip", "clip_vision_model": "clip", "dinov2": "dinov2", "dinov2_with_registers": "dinov2",
    "efficientnet-lite": "efficientnet-lite", "siglip": "siglip", "siglip_vision_model": "siglip", "vit": "vit",
  ]

  /// The family of a model that Hugging Face's libraries saved.
  ///
  /// - Throws: `ModelFileError`; `CaptionerError.unknownModelType`, which lists those that are known.
  package static func family(ofDirectory directory: String) throws -> String {
    let type = try modelType(configuration: directory + "/config.json")
    guard let family = families[type] else {
      let isNaFlex = type == "siglip2" || type == "siglip2_vision_model"
      throw CaptionerError.unknownModelType(
        directory: directory, type: type, known: families.keys.sorted(),
        remedy: isNaFlex
          ? "SigLIP 2 NaFlex takes images of any shape, which is not supported; use a SigLIP 2 of a fixed resolution, "
            + "whose model_type is siglip" : "name the directory of such an encoder")
    }
    return family
  }

  package static func load(_ family: String, from directory: String) throws -> any VisionEncoder {
    guard let load = loaders[family] else {
      throw CaptionerError.unknownFamily(part: "encoder", name: family, known: loaders.keys.sorted())
    }
    return try load(directory + "/config.json", WeightReader(openWeights(directory: directory)))
  }
}
