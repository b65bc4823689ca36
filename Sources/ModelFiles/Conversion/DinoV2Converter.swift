import Tensors

/// Takes a DINOv2 backbone out of an ONNX model that was exported from Hugging Face's `Dinov2Model` and gives it back as
/// that library stores it: `model.safetensors` under its names, `config.json`, `preprocessor_config.json`.
///
/// The export kept the names of all parameters but those that constant folding touched: the weights of linear layers,
/// transposed, belong to the `MatMul` node that bears the layer's name, and the position embeddings were split in two.
struct DinoV2Converter: ModelConverter {
  private static let root = "backbone"
  private static let positionsKey = "embeddings.position_embeddings"

  private let path: String
  private let attentionHeads: Int
  /// The tensors by their names in a Hugging Face checkpoint.
  private let tensors: [String: StoredTensor]

  /// - Throws: `ModelFileError` where the file is no ONNX model, or something of the backbone is missing from it.
  init(onnx path: String, attentionHeads: Int) throws(ModelFileError) {
    let file = try ONNXFile(path: path)
    self.path = path
    self.attentionHeads = attentionHeads
    var tensors: [String: StoredTensor] = [:]
    for name in file.tensorNames where name.hasPrefix(Self.root + ".") {
      if let tensor = file.tensor(named: name) { tensors[String(name.dropFirst(Self.root.count + 1))] = tensor }
    }
    var positions: [StoredTensor] = []
    for node in file.nodes where node.name.hasPrefix("/\(Self.root)/") {
      for tensor in node.inputs.lazy.filter({ !$0.hasPrefix(Self.root + ".") }).compactMap(file.tensor(named:)) {
        if node.opType == "MatMul", tensor.shape.count == 2, tensor.elementType == .f32 {
          tensors[Self.weightKey(node.name)] = tensor.transposed()
        } else if node.name.hasPrefix("/\(Self.root)/embeddings/"), tensor.shape.count == 3, tensor.elementType == .f32
        {
          positions.append(tensor)
        }
      }
    }
    // The class token's row first, then the grid's.
    positions.sort { $0.shape[1] < $1.shape[1] }
    guard positions.count == 2, positions.allSatisfy({ $0.shape[0] == 1 }), positions[0].shape[1] == 1,
      positions[0].shape[2] == positions[1].shape[2]
    else {
      throw .missingTensor(path: path, key: Self.positionsKey, expectedShape: [1, -1, -1])
    }
    tensors[Self.positionsKey] = .concatenatingTokens(positions[0], positions[1])
    self.tensors = tensors
  }

  /// `/backbone/encoder/layer.0/mlp/fc1/MatMul` → `encoder.layer.0.mlp.fc1.weight`.
  private static func weightKey(_ node: String) -> String {
    let parts = node.split(separator: "/").dropFirst().filter { $0 != "MatMul" }
    return parts.joined(separator: ".") + ".weight"
  }

  func weights() -> [(name: String, tensor: StoredTensor)] { tensors.map { (name: $0.key, tensor: $0.value) } }

  /// `config.json`; only the number of heads cannot be told from the shapes.
  ///
  /// - Throws: `ModelFileError` where the tensors make no square grid of square patches.
  func configuration() throws(ModelFileError) -> [UInt8] {
    let kernel = try shape("embeddings.patch_embeddings.projection.weight", dimensions: 4)
    let tokens = try shape(Self.positionsKey, dimensions: 3)[1] - 1
    let mlp = try shape("encoder.layer.0.mlp.fc1.weight", dimensions: 2)
    let side = (1...tokens).first { $0 * $0 >= tokens } ?? 0
    guard side * side == tokens, kernel[2] == kernel[3], kernel[0] > 0, mlp[0] % kernel[0] == 0 else {
      throw .unexpectedShape(
        path: path, key: Self.positionsKey, expected: [1, side * side + 1, kernel[0]], found: [tokens])
    }
    let layers = (0...).first { tensors["encoder.layer.\($0).norm1.weight"] == nil } ?? 0
    return Array(
      """
      {
        "architectures": ["Dinov2Model"],
        "model_type": "dinov2",
        "hidden_size": \(kernel[0]),
        "num_hidden_layers": \(layers),
        "num_attention_heads": \(attentionHeads),
        "mlp_ratio": \(mlp[0] / kernel[0]),
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-06,
        "image_size": \(side * kernel[2]),
        "patch_size": \(kernel[2]),
        "num_channels": \(kernel[1]),
        "qkv_bias": true,
        "use_swiglu_ffn": false,
        "torch_dtype": "float32"
      }

      """.utf8)
  }

  func preprocessing(inputSide: Int) -> [UInt8] {
    Array(
      """
      {
        "image_processor_type": "BitImageProcessor",
        "do_resize": true,
        "size": {"height": \(inputSide), "width": \(inputSide)},
        "resample": 3,
        "do_rescale": true,
        "rescale_factor": 0.00392156862745098,
        "do_normalize": true,
        "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225]
      }

      """.utf8)
  }

  private func shape(_ key: String, dimensions: Int) throws(ModelFileError) -> [Int] {
    let any = Array(repeating: -1, count: dimensions)
    guard let tensor = tensors[key] else { throw .missingTensor(path: path, key: key, expectedShape: any) }
    guard tensor.shape.count == dimensions, tensor.shape.allSatisfy({ $0 > 0 }) else {
      throw .unexpectedShape(path: path, key: key, expected: any, found: tensor.shape)
    }
    return tensor.shape
  }
}

extension StoredTensor {
  /// `[1, a, d]` and `[1, b, d]` → `[1, a + b, d]`.
  fileprivate static func concatenatingTokens(_ a: StoredTensor, _ b: StoredTensor) -> StoredTensor {
    let out = RawBuffer(byteCount: a.storage.count + b.storage.count)
    out.bytes.copyMemory(from: a.storage.buffer)
    UnsafeMutableRawBufferPointer(rebasing: out.bytes[a.storage.count...]).copyMemory(from: b.storage.buffer)
    return StoredTensor(
      elementType: a.elementType, shape: [1, a.shape[1] + b.shape[1], a.shape[2]],
      storage: Bytes(pointer: UnsafeRawPointer(out.pointer), count: out.byteCount, owner: out))
  }
}
