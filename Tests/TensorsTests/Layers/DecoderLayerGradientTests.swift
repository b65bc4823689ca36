import Tensors
import TestSupport
import Testing

@Suite("Gradients of a decoder's layer")
struct DecoderLayerGradientTests {
  /// The frozen layers of a Llama, composed as `TransformerDecoder` composes them.
  @Test("norms, attention over prefixes and gated MLP equal PyTorch's layer")
  func llama() throws {
    let reference = try Reference("gradients/llama_layer.safetensors")
    func linear(_ name: String) throws -> Linear {
      Linear(weight: try reference("model.layers.0.\(name).weight").stored)
    }
    func norm(_ name: String) throws -> RMSNorm {
      RMSNorm(weight: try reference("model.layers.0.\(name).weight"), epsilon: 1e-5)
    }
    let attention = PrefixAttention(
      sequences: PackedSequences(lengths: [5, 3, 4, 1], sequencesPerImage: [2, 2]), heads: 4, keyValueHeads: 2,
      headDimension: 8,
      prefixLength: 3, rotary: RotaryEmbedding(headDimension: 8, theta: 100_000), layout: .halves)
    let projections = try ["q", "k", "v"].map { try linear("self_attn.\($0)_proj") }
    let output = try linear("self_attn.o_proj")
    let mlp = GatedMLP(
      gate: try linear("mlp.gate_proj"), up: try linear("mlp.up_proj"), down: try linear("mlp.down_proj"))
    let (attentionNorm, mlpNorm) = (try norm("input_layernorm"), try norm("post_attention_layernorm"))
    let prefixes = PrefixAttentionGradientTests.stacked(
      keys: try reference("prefix_keys"), values: try reference("prefix_values"))
    let found = try gradients(of: [reference("x"), prefixes], cotangent: reference("grad_out")) { inputs in
      let qkv = Linear.concatenated(projections, attentionNorm(inputs[0]))
      let x = inputs[0] + output(attention(qkv, prefixes: inputs[1], layer: 0))
      return x + mlp(mlpNorm(x))
    }
    // As for the operations: no sum has more than 64 terms, and PyTorch's own float32 is 2.8e-7 off (SCHEMA.md).
    let tolerance: Float = 1e-6
    #expect(try found.out.relativeDistance(to: reference("out")) < tolerance)
    #expect(try found.gradients[0]?.relativeDistance(to: reference("grad_x")) ?? .infinity < tolerance)
    let expected = PrefixAttentionGradientTests.stacked(
      keys: try reference("grad_prefix_keys"), values: try reference("grad_prefix_values"))
    // Keys and values apart: their gradients differ in size.
    let prefixGradient = try #require(found.gradients[1])
    for image in 0..<2 {
      for part in 0..<2 {
        let distance = prefixGradient[image][0][part].relativeDistance(to: expected[image][0][part])
        #expect(distance < tolerance, "image \(image), \(part == 0 ? "keys" : "values")")
      }
    }
  }
}
