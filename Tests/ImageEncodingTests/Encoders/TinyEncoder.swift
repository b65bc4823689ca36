import Foundation
import ImageEncoding
import ModelFiles
import Tensors
import TestSupport

/// The tiny encoders of `Fixtures`, as transformers saved them.
enum TinyEncoder: String, CaseIterable, Sendable {
  case vit, clip, siglip
  case registers = "dinov2-registers"
  case swiGLU = "dinov2-swiglu"
  case efficientNetLite = "efficientnet-lite"

  var folder: String { "\(rawValue)-tiny" }

  var sizes: [String] {
    switch self {
    case .vit: ["56x56", "64x48"]
    case .clip: ["50x50", "56x42"]
    case .siglip: ["50x50", "42x70"]
    case .registers: ["70x70", "42x84"]
    case .swiGLU: ["70x70"]
    case .efficientNetLite: ["24x24", "17x14"]
    }
  }

  var reference: Reference { get throws { try Reference("\(folder)/reference.safetensors") } }

  /// - Parameter renaming: what its tensors are called; `nil` leaves them out.
  func encoder(_ renaming: (String) -> String? = { $0 }) throws -> any VisionEncoder {
    let weights = try Reference("\(folder)/model.safetensors")
    var tensors: [String: StoredTensor] = [:]
    for name in weights.names {
      if let key = renaming(name) { tensors[key] = try weights.stored(name) }
    }
    let configuration = Fixture.url("\(folder)/config.json").path(percentEncoded: false)
    let reader = WeightReader(MemoryTensors(tensors))
    switch self {
    case .vit: return try ViT(configuration: VisionTransformerConfiguration(vitFile: configuration), weights: reader)
    case .clip: return try CLIP(configuration: VisionTransformerConfiguration(clipFile: configuration), weights: reader)
    case .siglip:
      return try SigLIP(configuration: VisionTransformerConfiguration(siglipFile: configuration), weights: reader)
    case .efficientNetLite:
      return try EfficientNetLite(
        configuration: EfficientNetLiteConfiguration(jsonFile: configuration), weights: reader)
    case .registers, .swiGLU:
      return try DINOv2(configuration: DinoV2Configuration(jsonFile: configuration), weights: reader)
    }
  }
}

extension VisionEncoder {
  /// Of the last block.
  func lastState(_ pixels: Tensor) throws -> Tensor {
    guard let state = try hiddenStates(pixels, numbers: [layers])[layers] else {
      throw EncodingError.noSuchHiddenState(number: layers, layers: layers)
    }
    return state
  }
}
