import Tensors

/// The names of the tensors of Llama and its relatives in a file format.
package struct LlamaNames: Sendable {
  package let embedding, norm, head: String
  let layerPrefix: String
  /// Names without an ending: the file's own endings for weights and biases follow.
  let query, key, value, output: String
  let attentionNorm, queryNorm, keyNorm, mlpNorm, gate, up, down: String
  let pairLayout: RotaryEmbedding.PairLayout

  func layer(_ index: Int) -> String { "\(layerPrefix).\(index)" }

  /// `model.safetensors` of Hugging Face.
  package static let huggingFace = LlamaNames(
    embedding: "model.embed_tokens.weight", norm: "model.norm.weight", head: "lm_head.weight",
    layerPrefix: "model.layers", query: "self_attn.q_proj", key: "self_attn.k_proj", value: "self_attn.v_proj",
    output: "self_attn.o_proj", attentionNorm: "input_layernorm.weight", queryNorm: "self_attn.q_norm.weight",
    keyNorm: "self_attn.k_norm.weight", mlpNorm: "post_attention_layernorm.weight", gate: "mlp.gate_proj.weight",
    up: "mlp.up_proj.weight", down: "mlp.down_proj.weight", pairLayout: .halves)

  /// GGUF of architecture `llama`, whose `attn_q` and `attn_k` rows are permuted so that pairs lie side by side.
  package static let gguf = LlamaNames(ggufPairs: .interleaved)

  /// GGUF of the other architectures, which permutes nothing.
  package static let ggufUnpermuted = LlamaNames(ggufPairs: .halves)

  private init(ggufPairs: RotaryEmbedding.PairLayout) {
    self.init(
      embedding: "token_embd.weight", norm: "output_norm.weight", head: "output.weight", layerPrefix: "blk",
      query: "attn_q", key: "attn_k", value: "attn_v", output: "attn_output", attentionNorm: "attn_norm.weight",
      queryNorm: "attn_q_norm.weight", keyNorm: "attn_k_norm.weight", mlpNorm: "ffn_norm.weight",
      gate: "ffn_gate.weight", up: "ffn_up.weight", down: "ffn_down.weight", pairLayout: ggufPairs)
  }

  private init(
    embedding: String, norm: String, head: String, layerPrefix: String, query: String, key: String, value: String,
    output: String, attentionNorm: String, queryNorm: String, keyNorm: String, mlpNorm: String, gate: String,
    up: String, down: String, pairLayout: RotaryEmbedding.PairLayout
  ) {
    (self.embedding, self.norm, self.head, self.layerPrefix) = (embedding, norm, head, layerPrefix)
    (self.query, self.key, self.value, self.output) = (query, key, value, output)
    (self.attentionNorm, self.queryNorm, self.keyNorm) = (attentionNorm, queryNorm, keyNorm)
    (self.mlpNorm, self.gate, self.up, self.down) = (mlpNorm, gate, up, down)
    self.pairLayout = pairLayout
  }
}
