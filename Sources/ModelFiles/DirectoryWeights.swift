/// The names of the weights in a directory of the Hugging Face format, the best first: what is found first is read.
package enum DirectoryWeights: String, Sendable, CaseIterable {
  case safetensors = "model.safetensors"
  case safetensorsIndex = "model.safetensors.index.json"
  case pyTorch = "pytorch_model.bin"
  case pyTorchIndex = "pytorch_model.bin.index.json"

  /// Whether these weights are in several files, which an index lists.
  package var isSplit: Bool { self == .safetensorsIndex || self == .pyTorchIndex }

  /// Whether a file of this name may be one of several beside the index.
  package func isShard(_ name: String) -> Bool {
    switch self {
    case .safetensors, .pyTorch: false
    case .safetensorsIndex: name.hasSuffix(".safetensors")
    // Not `training_args.bin`.
    case .pyTorchIndex: name.hasPrefix("pytorch_model") && name.hasSuffix(".bin")
    }
  }

  /// The weights that are read in a directory with these files; `nil` where it has none.
  package static func best(of names: Set<String>) -> DirectoryWeights? {
    allCases.first { names.contains($0.rawValue) }
  }
}

/// The weights in a model's directory: `model.safetensors`, else the shards of `model.safetensors.index.json`; else what older
/// models have, `pytorch_model.bin` or the shards of `pytorch_model.bin.index.json`, of whose pickles nothing is run.
///
/// - Throws: `ModelFileError`, naming the files where the directory has none of them.
package func openWeights(directory: String) throws(ModelFileError) -> any TensorSource {
  guard let found = DirectoryWeights.allCases.first(where: { fileExists(Path.join(directory, $0.rawValue)) }) else {
    let names = DirectoryWeights.allCases.map(\.rawValue)
    throw .cannotOpen(path: directory, reason: "it has none of \(names.joined(separator: ", "))")
  }
  let path = Path.join(directory, found.rawValue)
  switch found {
  case .safetensors: return try SafetensorsFile(path: path)
  case .pyTorch: return try PyTorchFile(path: path)
  case .safetensorsIndex, .pyTorchIndex: return try ShardedWeights(path: path)
  }
}
