package import ModelFiles
package import Tensors

/// A published ClipCap checkpoint (Mokady et al. 2021): `torch.save` of a module whose `clip_project` maps image embeddings to
/// prompts, and whose `gpt` is the GPT-2 that was trained with it, where it was.
package struct ClipCapCheckpoint: Sendable {
  package let path: String
  /// `clipcap-mlp` or `clipcap-transformer`.
  package let family: MapperFamily
  /// The mapper's tensors, named as its family reads them.
  package let mapper: [(name: String, tensor: StoredTensor)]
  /// The tensors of GPT-2, under Hugging Face's names; empty where the checkpoint holds the mapper alone.
  package let decoder: [(name: String, tensor: StoredTensor)]

  /// The number of attention heads of ClipCap's transformer, which no tensor shows.
  package static let attentionHeads = 8

  /// - Parameters:
  ///   - path: the path of a `.pt` file; no code in it is run.
  ///   - width: the width of the decoder's embeddings.
  /// - Throws: `ModelFileError`, also where the mapper is neither of ClipCap's two, or makes prompts of another width.
  package init(path: String, width: Int) throws(ModelFileError) {
    let file = try PyTorchFile(path: path, verifying: true)
    self.path = path
    func tensors(_ scope: String) -> [(name: String, tensor: StoredTensor)] {
      file.tensorNames.filter { $0.hasPrefix(scope) }.compactMap { name in
        file.tensor(named: name).map { (String(name.dropFirst(scope.count)), $0) }
      }
    }
    // Attention masks, which older versions of transformers kept among the weights.
    decoder = tensors("gpt.").filter { !$0.name.hasSuffix(".attn.bias") && !$0.name.hasSuffix(".attn.masked_bias") }
    let found = tensors("clip_project.")
    let names = Set(found.map(\.name))
    if names.contains("prefix_const") {
      family = .clipCapTransformer
      mapper = found
      return
    }
    guard names == ["model.0.weight", "model.0.bias", "model.2.weight", "model.2.bias"] else {
      throw .missingTensor(path: path, key: "clip_project.model.2.bias", expectedShape: [-1])
    }
    family = .clipCapMLP
    var mapper: [(name: String, tensor: StoredTensor)] = []
    for (name, tensor) in found {
      guard name == "model.2.bias" else {
        mapper.append((name, tensor))
        continue
      }
      guard tensor.shape.count == 1, tensor.count > 0, tensor.count % width == 0 else {
        throw .unexpectedShape(path: path, key: "clip_project.\(name)", expected: [width], found: tensor.shape)
      }
      // Here the bias also gives the prompt's shape.
      mapper.append((name, tensor.reshaped([tensor.count / width, width])))
    }
    self.mapper = mapper
  }
}
