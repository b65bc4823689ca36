/// How much a set of captions says that is not always the same.
package struct CaptionVariety: Sendable, Equatable {
  /// The share of captions that are different ones, as they are written.
  package let distinctShare: Double
  /// How many different words there are, by the tokens that the scores take.
  package let vocabulary: Int
  /// Mean of their number of words.
  package let meanLength: Double

  /// - Precondition: there is a caption.
  package init(_ captions: [String]) {
    precondition(!captions.isEmpty, "no captions")
    let words = captions.map(PTBTokenizer.tokens)
    distinctShare = Double(Set(captions).count) / Double(captions.count)
    vocabulary = Set(words.joined()).count
    meanLength = Double(words.reduce(0) { $0 + $1.count }) / Double(captions.count)
  }
}
