import ModelFiles
import Tensors
import Testing

@Suite("Configurations of ViT, CLIP and SigLIP")
struct VisionTransformerConfigurationTests {
  private func vit(_ changes: [String: String?] = [:]) throws -> VisionTransformerConfiguration {
    try JSONText(["model_type": #""vit""#], changes).withFile { try VisionTransformerConfiguration(vitFile: $0) }
  }

  private func clip(_ values: [String: String]) throws -> VisionTransformerConfiguration {
    try JSONText(values, [:]).withFile { try VisionTransformerConfiguration(clipFile: $0) }
  }

  private func siglip(_ values: [String: String]) throws -> VisionTransformerConfiguration {
    try JSONText(values, [:]).withFile { try VisionTransformerConfiguration(siglipFile: $0) }
  }

  @Test("what a file does not say is what transformers takes for the family")
  func defaults() throws {
    #expect(try vit() == VisionTransformerConfiguration(layerNormEpsilon: 1e-12))
    #expect(
      try clip(["model_type": #""clip_vision_model""#])
        == VisionTransformerConfiguration(
          patchSize: 32, layerNormEpsilon: 1e-5, activation: .quickGELU, outputSize: 512))
    // As SigLIP's base checkpoints are.
    #expect(
      try siglip(["model_type": #""siglip""#, "vision_config": #"{"model_type": "siglip_vision_model"}"#])
        == VisionTransformerConfiguration(activation: .geluTanh, hasHead: true))
  }

  @Test("a whole CLIP's vision_config and its own projection_dim count")
  func wholeCLIP() throws {
    let configuration = try clip([
      "model_type": #""clip""#, "projection_dim": "640", "hidden_size": "1",
      "vision_config": #"{"hidden_size": 96, "projection_dim": 512, "hidden_act": "gelu", "patch_size": [14, 14]}"#,
    ])
    #expect(configuration.hiddenSize == 96 && configuration.outputSize == 640)
    #expect(configuration.activation == .gelu && configuration.patchSize == 14)
  }

  @Test(
    "activations are known by Hugging Face's names",
    arguments: [
      ("gelu", Activation.gelu), ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("quick_gelu", .quickGELU),
      ("relu", .relu), ("silu", .silu),
    ])
  func activations(name: String, activation: Activation) throws {
    #expect(try vit(["hidden_act": "\"\(name)\""]).activation == activation)
  }

  @Test("SigLIP without its head is told")
  func headless() throws {
    #expect(try !siglip(["model_type": #""siglip_vision_model""#, "vision_use_head": "false"]).hasHead)
  }

  @Test(
    "what is not supported is an error that names its key",
    arguments: [
      ("model_type", #""deit""#), ("hidden_act", #""gelu_10""#), ("image_size", "[224, 196]"), ("patch_size", "0"),
      ("patch_size", "225"), ("pooler_act", #""relu""#), ("hidden_size", "770"), ("num_hidden_layers", "0"),
    ])
  func invalid(key: String, value: String) throws {
    try JSONText(["model_type": #""vit""#], [key: value]).withFile { path in
      let error = #expect(throws: ModelFileError.self) { try VisionTransformerConfiguration(vitFile: path) }
      guard case .invalidValue(path, key, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("SigLIP 2 NaFlex is no SigLIP")
  func naFlex() throws {
    try JSONText(["model_type": #""siglip2""#], [:]).withFile { path in
      #expect(throws: ModelFileError.self) { try VisionTransformerConfiguration(siglipFile: path) }
    }
  }
}
