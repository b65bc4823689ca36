/// The hyper-parameters of a decoder of the Llama family (Touvron et al., 2023): RMSNorm, rotary positions, grouped-query
/// attention without biases, SwiGLU.
public struct LlamaConfiguration: Equatable, Sendable {
  public var vocabularySize: Int
  public var hiddenSize: Int
  /// Width of the MLP's gate.
  public var intermediateSize: Int
  public var layers: Int
  public var attentionHeads: Int
  /// Each is shared by `attentionHeads / keyValueHeads` heads.
  public var keyValueHeads: Int
  public var headDimension: Int
  public var rmsNormEpsilon: Double
  /// The base of the rotary angles.
  public var ropeTheta: Double
  /// Whether the output head is the token embedding.
  public var tiesWordEmbeddings: Bool
  /// How long a sequence the model was trained for, in tokens.
  public var maximumPositions: Int
  /// The token that text begins with; `nil` where the file names none.
  public var beginningOfSequenceToken: Int?
  /// The tokens that end a text; empty where the file names none.
  public var endOfSequenceTokens: [Int]

  public init(
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

  /// Checks what takes more than one value to see.
  func validate(_ source: some HyperparameterSource, _ keys: Keys) throws(ModelFileError) {
    try source.requireDivisible(keys.attentionHeads, attentionHeads, by: keyValueHeads, keys.keyValueHeads)
    guard headDimension % 2 == 0 else {
      throw source.invalid(keys.headDimension, "is \(headDimension); rotary positions need an even number")
    }
    let tokens =
      [(keys.beginningOfSequence, beginningOfSequenceToken)] + endOfSequenceTokens.map { (keys.endOfSequence, $0) }
    for case (let key, let token?) in tokens where !(0..<vocabularySize).contains(token) {
      throw source.invalid(key, "is \(token), outside of the vocabulary of \(vocabularySize)")
    }
  }

  /// The head dimension that follows from the others where the file does not say it.
  static func impliedHeadDimension(
    _ source: some HyperparameterSource, _ keys: Keys, hiddenSize: Int, attentionHeads: Int
  ) throws(ModelFileError) -> Int {
    try source.requireDivisible(keys.hiddenSize, hiddenSize, by: attentionHeads, keys.attentionHeads)
    return hiddenSize / attentionHeads
  }
}
