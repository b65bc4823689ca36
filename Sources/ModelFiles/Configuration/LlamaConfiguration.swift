package import Tensors

/// The hyper-parameters of a decoder of the Llama family (Touvron et al. 2023): RMSNorm, rotary positions, grouped-query
/// attention, SwiGLU. Mistral adds a sliding window to it, Qwen2 biases of queries, keys and values, Qwen3 norms of queries
/// and keys.
package struct LlamaConfiguration: Equatable, Sendable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  /// Width of the MLP's gate.
  package var intermediateSize: Int
  package var layers: Int
  package var attentionHeads: Int
  /// Each is shared by `attentionHeads / keyValueHeads` heads.
  package var keyValueHeads: Int
  package var headDimension: Int
  package var rmsNormEpsilon: Double
  /// The base of the rotary angles.
  package var ropeTheta: Double
  package var ropeScaling = RotaryEmbedding.Scaling.none
  /// Whether queries, keys and values have biases.
  package var hasQKVBias = false
  /// Whether the attention's output has a bias.
  package var hasOutputBias = false
  /// Whether each head of queries and keys is normalised before it is rotated.
  package var hasQueryKeyNorm = false
  /// How many positions each layer sees, its own included; `nil` is all. Empty: all layers see all.
  package var windows: [Int?] = []
  /// Whether the output head is the token embedding.
  package var tiesWordEmbeddings: Bool
  /// How long a sequence the model was trained for, in tokens.
  package var maximumPositions: Int
  /// The token that text begins with; `nil` where the file names none.
  package var beginningOfSequenceToken: Int?
  /// The tokens that end a text; empty where the file names none.
  package var endOfSequenceTokens: [Int]

  package init(
    vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, layers: Int, attentionHeads: Int, keyValueHeads: Int,
    headDimension: Int, rmsNormEpsilon: Double = 1e-5, ropeTheta: Double = 10_000, tiesWordEmbeddings: Bool = false,
    maximumPositions: Int = 2048, beginningOfSequenceToken: Int? = nil, endOfSequenceTokens: [Int] = []
  ) {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layers = layers
    self.attentionHeads = attentionHeads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.rmsNormEpsilon = rmsNormEpsilon
    self.ropeTheta = ropeTheta
    self.tiesWordEmbeddings = tiesWordEmbeddings
    self.maximumPositions = maximumPositions
    self.beginningOfSequenceToken = beginningOfSequenceToken
    self.endOfSequenceTokens = endOfSequenceTokens
  }

  /// What the two file formats call the values that are checked against each other.
  struct Keys {
    let hiddenSize: String
    let attentionHeads: String
    let keyValueHeads: String
    let headDimension: String
    let beginningOfSequence: String
    let endOfSequence: String
  }

  static let headDimensions = 2...4096

  /// Checks the values against each other.
  func validate(_ source: some HyperparameterSource, _ keys: Keys) throws(ModelFileError) {
    try source.requireDivisible(keys.attentionHeads, attentionHeads, by: keyValueHeads, keys.keyValueHeads)
    guard headDimension % 2 == 0 else {
      throw source.invalid(keys.headDimension, "is \(headDimension); rotary positions need an even number")
    }
    try source.requireTokens(
      [(keys.beginningOfSequence, beginningOfSequenceToken)] + endOfSequenceTokens.map { (keys.endOfSequence, $0) },
      within: vocabularySize)
  }

  /// The head dimension that follows from the others where the file does not say it.
  static func impliedHeadDimension(
    _ source: some HyperparameterSource, _ keys: Keys, hiddenSize: Int, attentionHeads: Int
  ) throws(ModelFileError) -> Int {
    try source.headDimension(keys.hiddenSize, hiddenSize, heads: attentionHeads, keys.attentionHeads)
  }
}
