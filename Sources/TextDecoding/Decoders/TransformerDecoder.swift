import ModelFiles
package import Tensors

/// A causal transformer. Each family's file makes one from its weights: `init(llama:…)`, `init(gpt2:…)` and so on.
package struct TransformerDecoder: TextDecoder {
  /// Heads of a block's attention, the same in all blocks.
  struct Heads: Sendable {
    var queries: Int
    var keyValues: Int
    var dimension: Int
  }

  let heads: Heads
  var embedding: TokenEmbedding
  var layers: [DecoderLayer]
  let norm: Norm?
  /// The projection from the width of the blocks to that of the embeddings, where they differ.
  var outputProjection: Linear?
  var head: Linear
  /// The rotary embeddings, which layers name by index.
  var rotaries: [RotaryEmbedding] = []
  var pairLayout = RotaryEmbedding.PairLayout.halves
  /// The number of positions that the model was trained for or, where they are learnt, that it has.
  package let maximumPositions: Int

  init(
    heads: Heads, embedding: TokenEmbedding, layers: [DecoderLayer], norm: Norm?, head: Linear, maximumPositions: Int
  ) {
    self.heads = heads
    self.embedding = embedding
    self.layers = layers
    self.norm = norm
    self.head = head
    self.maximumPositions = maximumPositions
  }

  package func prepared(_ plan: MatrixPlan) -> TransformerDecoder {
    var prepared = self
    prepared.embedding.projection = embedding.projection?.prepared(plan)
    prepared.layers = layers.map { $0.prepared(plan) }
    prepared.outputProjection = outputProjection?.prepared(plan)
    prepared.head = head.prepared(plan.ofHead)
    return prepared
  }

  package func preparedByteCount(_ plan: MatrixPlan) -> Int {
    let others = [embedding.projection, outputProjection].compactMap(\.self)
    return (layers.flatMap(\.matrices) + others).reduce(head.preparedByteCount(plan.ofHead)) {
      $0 + $1.preparedByteCount(plan)
    }
  }

  package var vocabularySize: Int { head.outputs }

  package var prefixShape: Prefix.Shape {
    Prefix.Shape(
      layers: layers.count, keyValueHeads: heads.keyValues, headDimension: heads.dimension, length: 0)
  }

  package func logits(_ hiddenStates: Tensor) -> Tensor { head(hiddenStates) }

  package func hiddenStates(_ tokens: [[Int]], cache: inout KVCache) throws(DecodingError) -> Tensor {
    try check(tokens.lazy.flatMap { $0 })
    return try read(embedding.embed(tokens.flatMap { $0 }).value, counts: tokens.map(\.count), cache: &cache)
  }

  package var embeddingWidth: Int { embedding.projection?.outputs ?? embedding.tokens.inputs }

  package func embeddings(of tokens: [Int]) throws(DecodingError) -> Tensor {
    try check(tokens)
    return embedding.embed(tokens).value
  }

  package func hiddenStates(ofEmbeddings embeddings: [Tensor], cache: inout KVCache) throws(DecodingError) -> Tensor {
    var rows = Tensor(uninitialized: [embeddings.reduce(0) { $0 + $1.rows }, embeddingWidth])
    rows.withMutablePointer { target in
      var offset = 0
      for tensor in embeddings {
        precondition(tensor.columns == embeddingWidth, "embeddings \(tensor.shape)")
        tensor.withPointer { (target + offset).update(from: $0, count: tensor.count) }
        offset += tensor.count
      }
    }
    return try read(rows, counts: embeddings.map(\.rows), cache: &cache)
  }

  func check(_ tokens: some Sequence<Int>) throws(DecodingError) {
    for token in tokens where !(0..<vocabularySize).contains(token) {
      throw .tokenOutOfRange(token: token, vocabularySize: vocabularySize)
    }
  }

  /// - Parameter embedded: `[sum of counts, hidden]`, without positions.
  private func read(
    _ embedded: Tensor, counts: [Int], cache: inout KVCache
  ) throws(DecodingError) -> Tensor {
    precondition(counts.count == cache.rowCount && counts.contains { $0 > 0 }, "a list of tokens for each row")
    for (row, count) in counts.enumerated() {
      let length = cache.length(ofRow: row) + count
      if length > maximumPositions { throw .contextFull(length: length, limit: maximumPositions) }
    }
    let memory = counts.indices.map { cache.prepare(row: $0, toAppend: counts[$0]) }
    let batch = CachedBatch(
      heads: heads, counts: counts, memory: memory, rotaries: rotaries, pairLayout: pairLayout)
    let x = embedding.adding(positions: batch.positions, to: Variable(embedded))
    let result = transform(x) { qkv, index in
      let attention = layers[index].attention
      return Variable(
        batch.attend(qkv.value, layer: index, rotary: attention.rotary, window: attention.window))
    }
    for row in counts.indices { cache.advance(row: row, by: counts[row]) }
    return result.value
  }

  /// All layers and the final norm, with any kind of attention: `[tokens, hidden]` → `[tokens, hidden]`, or the width
  /// of embeddings where it differs.
  ///
  /// - Parameter attend: `[tokens, queries | keys | values]` of a layer, before the rotation → `[tokens, queries]`.
  func transform(_ embedded: Variable, attend: (_ qkv: Variable, _ layer: Int) -> Variable) -> Variable {
    var x = embedded
    for (index, layer) in layers.enumerated() { x = layer(x) { attend($0, index) } }
    x = norm.map { $0(x) } ?? x
    return outputProjection.map { $0(x) } ?? x
  }
}
