import Tensors

/// How a file format calls the tensors of a Llama.
public struct LlamaNames: Sendable {
  public let embedding, norm, head: String
  let layerPrefix: String
  let attentionNorm, query, key, value, output, mlpNorm, gate, up, down: String
  let pairLayout: RotaryEmbedding.PairLayout

  func layer(_ index: Int) -> String { "\(layerPrefix).\(index)" }

  /// `model.safetensors` of Hugging Face.
  public static let huggingFace = LlamaNames(
    embedding: "model.embed_tokens.weight", norm: "model.norm.weight", head: "lm_head.weight",
    layerPrefix: "model.layers", attentionNorm: "input_layernorm.weight", query: "self_attn.q_proj.weight",
    key: "self_attn.k_proj.weight", value: "self_attn.v_proj.weight", output: "self_attn.o_proj.weight",
    mlpNorm: "post_attention_layernorm.weight", gate: "mlp.gate_proj.weight", up: "mlp.up_proj.weight",
    down: "mlp.down_proj.weight", pairLayout: .halves)

  /// GGUF, whose `attn_q` and `attn_k` rows are permuted so that pairs lie side by side.
  public static let gguf = LlamaNames(
    embedding: "token_embd.weight", norm: "output_norm.weight", head: "output.weight", layerPrefix: "blk",
    attentionNorm: "attn_norm.weight", query: "attn_q.weight", key: "attn_k.weight", value: "attn_v.weight",
    output: "attn_output.weight", mlpNorm: "ffn_norm.weight", gate: "ffn_gate.weight", up: "ffn_up.weight",
    down: "ffn_down.weight", pairLayout: .interleaved)
}
