import CKernels
public import ModelFiles
public import Tensors

/// The Llama family (Touvron et al. 2023), to which SmolLM2 belongs: RMSNorm, rotary positions, grouped-query attention,
/// gated MLP, an output head that may be the embedding.
public struct Llama: TextDecoder {
  public let configuration: LlamaConfiguration
  let embedding: Linear
  private let layers: [Layer]
  private let norm: RMSNorm
  let head: Linear
  let rotary: RotaryEmbedding
  let pairLayout: RotaryEmbedding.PairLayout

  private struct Layer: Sendable {
    let attentionNorm: RMSNorm
    let query, key, value, output: Linear
    let mlpNorm: RMSNorm
    let mlp: GatedMLP

    func prepared(_ plan: MatrixPlan) -> Layer {
      Layer(
        attentionNorm: attentionNorm, query: query.prepared(plan), key: key.prepared(plan), value: value.prepared(plan),
        output: output.prepared(plan), mlpNorm: mlpNorm, mlp: mlp.prepared(plan))
    }
  }

  /// - Parameter names: how the file calls its tensors; it also tells how pairs of the rotary embedding lie.
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  public init(configuration c: LlamaConfiguration, weights: WeightReader, names: LlamaNames) throws(ModelFileError) {
    func linear(_ reader: WeightReader, _ key: String, _ outputs: Int, _ inputs: Int) throws(ModelFileError) -> Linear {
      Linear(weight: try reader.matrix(key, rows: outputs, columns: inputs))
    }
    func norm(_ reader: WeightReader, _ key: String) throws(ModelFileError) -> RMSNorm {
      RMSNorm(weight: try reader.float32(key, shape: [c.hiddenSize]), epsilon: Float(c.rmsNormEpsilon))
    }
    let queryWidth = c.attentionHeads * c.headDimension
    let keyWidth = c.keyValueHeads * c.headDimension
    embedding = try linear(weights, names.embedding, c.vocabularySize, c.hiddenSize)
    var layers: [Layer] = []
    for index in 0..<c.layers {
      let reader = weights.scoped(names.layer(index))
      layers.append(
        Layer(
          attentionNorm: try norm(reader, names.attentionNorm),
          query: try linear(reader, names.query, queryWidth, c.hiddenSize),
          key: try linear(reader, names.key, keyWidth, c.hiddenSize),
          value: try linear(reader, names.value, keyWidth, c.hiddenSize),
          output: try linear(reader, names.output, c.hiddenSize, queryWidth),
          mlpNorm: try norm(reader, names.mlpNorm),
          mlp: GatedMLP(
            gate: try linear(reader, names.gate, c.intermediateSize, c.hiddenSize),
            up: try linear(reader, names.up, c.intermediateSize, c.hiddenSize),
            down: try linear(reader, names.down, c.hiddenSize, c.intermediateSize))))
    }
    self.layers = layers
    self.norm = try norm(weights, names.norm)
    // A file may tie the head to the embedding by saying so or by leaving the head out.
    head =
      c.tiesWordEmbeddings || !weights.contains(names.head)
      ? embedding : try linear(weights, names.head, c.vocabularySize, c.hiddenSize)
    configuration = c
    rotary = RotaryEmbedding(headDimension: c.headDimension, theta: c.ropeTheta)
    pairLayout = names.pairLayout
  }

  private init(_ other: Llama, embedding: Linear, layers: [Layer], head: Linear) {
    configuration = other.configuration
    (norm, rotary, pairLayout) = (other.norm, other.rotary, other.pairLayout)
    (self.embedding, self.layers, self.head) = (embedding, layers, head)
  }

  public func prepared(_ plan: MatrixPlan) -> Llama {
    Llama(self, embedding: embedding, layers: layers.map { $0.prepared(plan) }, head: head.prepared(plan))
  }

  public var vocabularySize: Int { configuration.vocabularySize }

  public var prefixShape: Prefix.Shape {
    Prefix.Shape(
      layers: configuration.layers, keyValueHeads: configuration.keyValueHeads,
      headDimension: configuration.headDimension, length: 0)
  }

  public func logits(_ hiddenStates: Tensor) -> Tensor { head(hiddenStates) }

  public func hiddenStates(_ tokens: [[Int]], cache: inout KVCache) throws(DecodingError) -> Tensor {
    precondition(tokens.count == cache.rowCount && tokens.allSatisfy { !$0.isEmpty }, "a list of tokens for each row")
    for (row, list) in tokens.enumerated() {
      if let token = list.first(where: { $0 < 0 || $0 >= vocabularySize }) {
        throw .tokenOutOfRange(token: token, vocabularySize: vocabularySize)
      }
      let length = cache.length(ofRow: row) + list.count
      if length > configuration.maximumPositions {
        throw .contextFull(length: length, limit: configuration.maximumPositions)
      }
    }
    let memory = tokens.indices.map { cache.prepare(row: $0, toAppend: tokens[$0].count) }
    // One entry for each token of the batch: its row's memory, its position and that position's rotation.
    let places = zip(tokens, memory).flatMap { list, memory in
      (memory.length..<memory.length + list.count).map { position in
        (memory: memory, position: position, rotation: rotary.rotation(position: position))
      }
    }
    let result = transform(embedding.embed(tokens.flatMap { $0 })) { qkv, layer in
      var queries = Tensor(uninitialized: [qkv.value.rows, configuration.attentionHeads * configuration.headDimension])
      rotate(qkv.value, layer: layer, queries: &queries, places: places)
      return Variable(attend(queries, tokens: tokens, memory: memory, layer: layer))
    }
    for row in tokens.indices { cache.advance(row: row, by: tokens[row].count) }
    return result.value
  }

  /// All layers and the final norm, whatever way attention is done: `[tokens, hidden]` → `[tokens, hidden]`.
  ///
  /// - Parameter attend: `[tokens, queries | keys | values]` of a layer, before the rotation → `[tokens, queries]`.
  func transform(_ embedded: Variable, attend: (_ qkv: Variable, _ layer: Int) -> Variable) -> Variable {
    var x = embedded
    for (index, layer) in layers.enumerated() {
      let qkv = Linear.concatenated([layer.query, layer.key, layer.value], layer.attentionNorm(x))
      x = x + layer.output(attend(qkv, index))
      x = x + layer.mlp(layer.mlpNorm(x))
    }
    return norm(x)
  }

  private typealias Place = (memory: KVCache.RowMemory, position: Int, rotation: (cosines: [Float], sines: [Float]))

  /// Splits `[tokens, queries | keys | values]`: turned queries to `queries`, turned keys and plain values to the cache.
  private func rotate(_ qkv: Tensor, layer: Int, queries: inout Tensor, places: [Place]) {
    let d = configuration.headDimension
    let (heads, keyValueHeads) = (configuration.attentionHeads, configuration.keyValueHeads)
    qkv.withPointer { qkv in
      queries.withMutablePointer { queries in
        for (index, place) in places.enumerated() {
          let row = qkv + index * (heads + 2 * keyValueHeads) * d
          rotary.rotate(
            row, heads: heads, by: place.rotation, layout: pairLayout, into: queries + index * heads * d,
            destinationStride: d)
          let memory = place.memory
          rotary.rotate(
            row + heads * d, heads: keyValueHeads, by: place.rotation, layout: pairLayout,
            into: memory.keys(layer: layer) + place.position * d, destinationStride: memory.headStride)
          for head in 0..<keyValueHeads {
            (memory.values(layer: layer) + head * memory.headStride + place.position * d)
              .update(from: row + (heads + keyValueHeads + head) * d, count: d)
          }
        }
      }
    }
  }

  /// Attention of each row's new tokens over its own cache, themselves included.
  private func attend(_ queries: Tensor, tokens: [[Int]], memory: [KVCache.RowMemory], layer: Int) -> Tensor {
    var out = Tensor(uninitialized: queries.shape)
    let width = queries.columns
    queries.withPointer { queries in
      out.withMutablePointer { out in
        var offset = 0
        let sequences = zip(tokens, memory).map { list, memory in
          defer { offset += list.count * width }
          return ck_cached_sequence(
            queries: queries + offset, keys: memory.keys(layer: layer), values: memory.values(layer: layer),
            out: out + offset, tokens: list.count, past: memory.length, capacity: memory.capacity)
        }
        ck_cached_attention(
          sequences.count, sequences, configuration.attentionHeads, configuration.keyValueHeads,
          configuration.headDimension)
      }
    }
    return out
  }
}
