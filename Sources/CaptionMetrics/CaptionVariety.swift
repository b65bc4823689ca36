/// How varied a set of captions is.
package struct CaptionVariety: Sendable, Equatable {
  /// The number of distinct captions, compared as they are written, over the number of all captions.
  package let distinctShare: Double
  /// The number of different words, by the tokens that the scores take.
  package let vocabulary: Int
  /// The mean number of words in a caption.
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
