/// `adapter_config.json` of a prefix that Hugging Face PEFT trained or is to use (`PREFIX_TUNING`, causal language
/// models).
///
/// PEFT counts key/value heads where a model has fewer of them than query heads: `num_attention_heads` is their number and
/// `token_dim` the width of all of them.
package struct PEFTPrefixConfiguration: Sendable, Equatable {
  package static let fileName = "adapter_config.json"
  /// The weights beside it.
  package static let weightsName = "adapter_model.safetensors"
  /// The one tensor of the weights, `[virtualTokens, layers · 2 · tokenWidth]`.
  package static let tensorName = "prompt_embeddings"

  /// The prefix's length.
  package let virtualTokens: Int
  package let layers: Int
  package let keyValueHeads: Int
  /// The width of the key of one position in one layer, all heads together.
  package let tokenWidth: Int
  /// Whether the prefix was trained as the output of a small network.
  package let isProjected: Bool
  /// The name that PEFT has for the decoder: a repository's name or a directory.
  package let baseModel: String?

  package init(virtualTokens: Int, layers: Int, keyValueHeads: Int, headDimension: Int, baseModel: String?) {
    self.virtualTokens = virtualTokens
    self.layers = layers
    self.keyValueHeads = keyValueHeads
    tokenWidth = keyValueHeads * headDimension
    isProjected = false
    self.baseModel = baseModel
  }

  /// - Parameter path: the path of the JSON file.
  /// - Throws: `ModelFileError`; `PEFTError` for adapters that are no prefixes of a causal language model.
  package init(path: String) throws {
    let json = try JSONConfiguration(path: path)
    guard let type = try json.stringIfPresent("peft_type") else {
      throw ModelFileError.missingValue(path: path, key: "peft_type")
    }
    guard type == "PREFIX_TUNING" else { throw PEFTError.otherType(path: path, found: type) }
    let task = try json.stringIfPresent("task_type") ?? "CAUSAL_LM"
    // An encoder and a decoder have a prefix each.
    let submodules = try json.integer("num_transformer_submodules", in: 1...2, default: 1)
    guard task == "CAUSAL_LM", submodules == 1 else { throw PEFTError.otherTask(path: path, found: task) }
    virtualTokens = try json.integer("num_virtual_tokens", in: HyperparameterBounds.positions)
    layers = try json.integer("num_layers", in: HyperparameterBounds.layers)
    keyValueHeads = try json.integer("num_attention_heads", in: HyperparameterBounds.heads)
    tokenWidth = try json.integer("token_dim", in: HyperparameterBounds.width)
    try json.requireDivisible("token_dim", tokenWidth, by: keyValueHeads, "num_attention_heads")
    isProjected = try json.boolIfPresent("prefix_projection") ?? false
    baseModel = try json.stringIfPresent("base_model_name_or_path")
  }

  package var headDimension: Int { tokenWidth / keyValueHeads }

  /// `[virtualTokens, layers · 2 · tokenWidth]`.
  package var tensorShape: [Int] { [virtualTokens, layers * 2 * tokenWidth] }

  /// Writes the file in one step.
  ///
  /// - Throws: `FileSystemError`.
  package func write(to path: String) throws {
    try FileSystem.writeAtomically(
      StableJSON.document(
        Members(
          base_model_name_or_path: baseModel, encoder_hidden_size: tokenWidth, num_attention_heads: keyValueHeads,
          num_layers: layers, num_virtual_tokens: virtualTokens, token_dim: tokenWidth)), to: path)
  }

  /// The members under the names that PEFT gives them.
  private struct Members: Encodable {
    var base_model_name_or_path: String?
    var encoder_hidden_size: Int
    var inference_mode = true
    var num_attention_heads: Int
    var num_layers: Int
    var num_transformer_submodules = 1
    var num_virtual_tokens: Int
    var peft_type = "PREFIX_TUNING"
    var prefix_projection = false
    var task_type = "CAUSAL_LM"
    var token_dim: Int
  }
}
