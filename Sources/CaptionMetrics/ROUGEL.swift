/// ROUGE-L (Lin 2004): the longest common subsequence of candidate and reference as an F-measure.
enum ROUGEL {
  /// Weight of recall: pycocoevalcap's.
  private static let beta = 1.2

  static func score(candidate: [Int32], references: [[Int32]]) -> Double {
    // pycocoevalcap takes a caption without tokens for one empty token; two such captions are then alike.
    let candidate = candidate.isEmpty ? [NGram.none] : candidate
    var (precision, recall) = (0.0, 0.0)
    for reference in references {
      let reference = reference.isEmpty ? [NGram.none] : reference
      let common = Double(longestCommonSubsequence(candidate, reference))
      precision = max(precision, common / Double(candidate.count))
      recall = max(recall, common / Double(reference.count))
    }
    guard precision > 0, recall > 0 else { return 0 }
    return (1 + beta * beta) * precision * recall / (recall + beta * beta * precision)
  }

  static func longestCommonSubsequence(_ a: [Int32], _ b: [Int32]) -> Int {
    // lengths[j] is the length for the part of a so far and b[..<j].
    var lengths = [Int](repeating: 0, count: b.count + 1)
    for word in a {
      var diagonal = 0
      for j in b.indices {
        let above = lengths[j + 1]
        lengths[j + 1] = word == b[j] ? diagonal + 1 : max(above, lengths[j])
        diagonal = above
      }
    }
    return lengths[b.count]
  }
}
