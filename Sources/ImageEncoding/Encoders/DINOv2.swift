public import ModelFiles
public import Tensors

/// DINOv2 (Oquab et al. 2023): a pre-norm vision transformer with layer scale, in the form of Hugging Face's
/// `Dinov2Model`.
public struct DINOv2: VisionEncoder {
  public let configuration: DinoV2Configuration
  /// `[hidden, channels * patch * patch]`: the convolution of non-overlapping patches as a product.
  private var patchProjection: Linear
  /// `[1, hidden]`.
  private let classToken: Tensor
  private let positions: PositionEmbeddings
  private var blocks: [Block]
  public let finalNorm: LayerNorm

  /// - Parameter weights: at the root of the checkpoint's names (`embeddings.…`, `encoder.layer.0.…`, `layernorm.…`).
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  public init(configuration c: DinoV2Configuration, weights: WeightReader) throws(ModelFileError) {
    if c.usesSwiGLU {
      throw .unsupportedTensor(path: weights.path, key: "encoder.layer.0.mlp", feature: "SwiGLU (use_swiglu_ffn)")
    }
    configuration = c
    let embeddings = weights.scoped("embeddings")
    let projection = embeddings.scoped("patch_embeddings.projection")
    let kernel = try projection.tensor("weight", shape: [c.hiddenSize, c.channels, c.patchSize, c.patchSize])
    patchProjection = Linear(
      weight: kernel.reshaped([c.hiddenSize, c.channels * c.patchSize * c.patchSize]),
      bias: try projection.float32("bias", shape: [c.hiddenSize]))
    classToken = try embeddings.float32("cls_token", shape: [1, 1, c.hiddenSize]).reshaped([1, c.hiddenSize])
    let side = c.patchesPerSide
    positions = PositionEmbeddings(
      try embeddings.float32("position_embeddings", shape: [1, 1 + side * side, c.hiddenSize]), side: side)
    var blocks: [Block] = []
    for index in 0..<c.layers {
      blocks.append(try Block(c, weights.scoped("encoder.layer.\(index)")))
    }
    self.blocks = blocks
    finalNorm = try weights.scoped("layernorm").layerNorm(columns: c.hiddenSize, epsilon: Float(c.layerNormEpsilon))
  }

  public func prepared(_ precision: MatrixPrecision) -> DINOv2 {
    var prepared = self
    prepared.patchProjection = patchProjection.prepared(MatrixPlan(packed: precision))
    prepared.blocks = blocks.map { $0.prepared(precision) }
    return prepared
  }

  public var hiddenSize: Int { configuration.hiddenSize }
  public var layers: Int { configuration.layers }
  public var patchSize: Int { configuration.patchSize }

  public func hiddenStates(_ pixels: Tensor, numbers: Set<Int>) throws(EncodingError) -> [Int: Tensor] {
    if let number = numbers.first(where: { $0 < 0 || $0 > layers }) {
      throw .noSuchHiddenState(number: number, layers: layers)
    }
    precondition(pixels.shape.count == 4 && pixels.shape[1] == configuration.channels, "no pixels: \(pixels.shape)")
    let (batch, height, width) = (pixels.shape[0], pixels.shape[2], pixels.shape[3])
    guard height > 0, width > 0, height % patchSize == 0, width % patchSize == 0 else {
      throw .unsuitableSize(width: width, height: height, patchSize: patchSize)
    }
    // One image's rows stay in a core's caches where those of a batch do not.
    if batch == 1 || batch < Threads.count { return states(pixels, numbers: numbers) }
    let images = pixels.reshaped([batch, pixels.count / batch])
    let items = Threads.map(batch) { index in
      states(images.rows(index..<index + 1).reshaped([1] + pixels.shape.dropFirst()), numbers: numbers)
    }
    return Dictionary(
      uniqueKeysWithValues: numbers.map { number in
        let stacked = Tensor.stacked(items.compactMap { $0[number] })
        return (number, stacked.reshaped([batch] + stacked.shape.dropFirst(2)))
      })
  }

  private func states(_ pixels: Tensor, numbers: Set<Int>) -> [Int: Tensor] {
    var x = embed(pixels)
    var states: [Int: Tensor] = [:]
    if numbers.contains(0) { states[0] = x }
    for index in 0..<(numbers.max() ?? 0) {
      x = blocks[index](x)
      if numbers.contains(index + 1) { states[index + 1] = x }
    }
    return states
  }

  /// `[batch, channels, height, width]` → `[batch, 1 + patches, hidden]`.
  private func embed(_ pixels: Tensor) -> Tensor {
    let (batch, height, width) = (pixels.shape[0], pixels.shape[2], pixels.shape[3])
    let grid = (rows: height / patchSize, columns: width / patchSize)
    let patches = grid.rows * grid.columns
    let projected = patchProjection(unfold(pixels, grid: grid))
    let positions = positions.resized(rows: grid.rows, columns: grid.columns)
    var x = Tensor(uninitialized: [batch, 1 + patches, hiddenSize])
    let hiddenSize = hiddenSize
    projected.withPointer { projected in
      classToken.withPointer { classToken in
        x.withMutablePointer { x in
          for item in 0..<batch {
            let target = x + item * (1 + patches) * hiddenSize
            target.update(from: classToken, count: hiddenSize)
            (target + hiddenSize).update(from: projected + item * patches * hiddenSize, count: patches * hiddenSize)
          }
        }
      }
    }
    // One long row an image: positions are its bias.
    var rows = x.reshaped([batch, (1 + patches) * hiddenSize])
    rows.addBias(positions)
    return rows.reshaped(x.shape)
  }

  /// Patches as rows: `[batch, channels, height, width]` → `[batch * patches, channels * patch * patch]`.
  private func unfold(_ pixels: Tensor, grid: (rows: Int, columns: Int)) -> Tensor {
    let (batch, channels, height, width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3])
    let patch = patchSize
    var out = Tensor(uninitialized: [batch * grid.rows * grid.columns, channels * patch * patch])
    pixels.withPointer { pixels in
      out.withMutablePointer { out in
        var target = out
        for item in 0..<batch {
          for row in 0..<grid.rows {
            for column in 0..<grid.columns {
              for channel in 0..<channels {
                let corner = ((item * channels + channel) * height + row * patch) * width + column * patch
                for y in 0..<patch {
                  target.update(from: pixels + corner + y * width, count: patch)
                  target += patch
                }
              }
            }
          }
        }
      }
    }
    return out
  }

  /// `x + scale1 · attention(norm1(x))`, then `x + scale2 · mlp(norm2(x))`.
  private struct Block: Sendable {
    let heads: Int
    let norm1, norm2: LayerNorm
    var query, key, value, output: Linear
    /// `[3 * hidden]`, of queries, keys and values.
    let inputBias: Tensor
    let scale1, scale2: Tensor
    var mlp: MLP
    /// Of the attention's products.
    var precision = MatrixPrecision.f32

    init(_ c: DinoV2Configuration, _ weights: WeightReader) throws(ModelFileError) {
      let d = c.hiddenSize
      heads = c.attentionHeads
      norm1 = try weights.scoped("norm1").layerNorm(columns: d, epsilon: Float(c.layerNormEpsilon))
      norm2 = try weights.scoped("norm2").layerNorm(columns: d, epsilon: Float(c.layerNormEpsilon))
      let attention = weights.scoped("attention.attention")
      query = try attention.scoped("query").linear(outputs: d, inputs: d, bias: c.hasQKVBias)
      key = try attention.scoped("key").linear(outputs: d, inputs: d, bias: c.hasQKVBias)
      value = try attention.scoped("value").linear(outputs: d, inputs: d, bias: c.hasQKVBias)
      let none = [Float](repeating: 0, count: d)
      inputBias = Tensor([query, key, value].flatMap { $0.bias?.value.values ?? none }, shape: [3 * d])
      output = try weights.scoped("attention.output.dense").linear(outputs: d, inputs: d)
      scale1 = try weights.float32("layer_scale1.lambda1", shape: [d])
      scale2 = try weights.float32("layer_scale2.lambda1", shape: [d])
      mlp = MLP(
        up: try weights.scoped("mlp.fc1").linear(outputs: c.intermediateSize, inputs: d),
        down: try weights.scoped("mlp.fc2").linear(outputs: d, inputs: c.intermediateSize))
    }

    func prepared(_ precision: MatrixPrecision) -> Block {
      let plan = MatrixPlan(packed: precision)
      var prepared = self
      prepared.precision = precision
      (prepared.query, prepared.key, prepared.value) = (query.prepared(plan), key.prepared(plan), value.prepared(plan))
      prepared.output = output.prepared(plan)
      prepared.mlp = mlp.prepared(plan)
      return prepared
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      var x = x
      let d = x.columns
      let qkv = Linear.concatenated([query, key, value], norm1(x), bias: inputBias)
      let attended = attention(
        queries: qkv, keysValues: qkv, keyOffset: d, valueOffset: 2 * d, heads: heads, width: d,
        precision: precision)
      output.add(attended, scale: scale1, to: &x)
      mlp.down.add(mlp.hidden(norm2(x)), scale: scale2, to: &x)
      return x
    }
  }
}
