import CaptionMetrics
import Foundation
import TestSupport
import Testing

@Suite("Caption scores")
struct CaptionScorerTests {
  private struct Expected: Decodable {
    let bleu: [Double]
    let rougeL, cider, plainCIDEr: Double
    let images: [Image]

    struct Image: Decodable {
      let id, candidate: String
      let references: [String]
      let bleu: [Double]
      let rougeL, cider, plainCIDEr: Double
    }
  }

  private let expected: Expected
  private let captions: [ScoredCaption]

  init() throws {
    expected = try JSONDecoder().decode(Expected.self, from: Fixture.data("caption-metrics/scores.json"))
    captions = expected.images.map { ScoredCaption(id: $0.id, candidate: $0.candidate, references: $0.references) }
  }

  /// Sums of at most some hundred terms in another order: 100 × 2⁻⁵³ ≈ 1e-14; fourth roots and exponentials of them
  /// keep that. Where nothing matches, both sides are smoothed to the same tiny numbers, hence relative.
  private func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(abs(a), abs(b)) + 1e-300 }

  @Test("of a set are pycocoevalcap's")
  func corpus() throws {
    let scores = try captionScores(captions)
    for (found, wanted) in zip(scores.bleu, expected.bleu) { #expect(agree(found, wanted)) }
    #expect(scores.bleu.count == 4)
    #expect(agree(scores.rougeL, expected.rougeL))
    #expect(agree(scores.cider, expected.cider))
    #expect(agree(scores.plainCIDEr, expected.plainCIDEr))
  }

  @Test("of each image are pycocoevalcap's")
  func perImage() throws {
    let scores = try captionScores(captions)
    #expect(scores.perImage.map(\.id) == expected.images.map(\.id))
    #expect(scores.perImage.map(\.candidate) == expected.images.map(\.candidate))
    for (found, wanted) in zip(scores.perImage, expected.images) {
      for (a, b) in zip(found.bleu, wanted.bleu) { #expect(agree(a, b), "BLEU of \(found.id): \(a), not \(b)") }
      #expect(agree(found.rougeL, wanted.rougeL), "ROUGE-L of \(found.id): \(found.rougeL), not \(wanted.rougeL)")
      #expect(agree(found.cider, wanted.cider), "CIDEr of \(found.id): \(found.cider), not \(wanted.cider)")
      #expect(agree(found.plainCIDEr, wanted.plainCIDEr), "plain CIDEr of \(found.id)")
    }
  }

  @Test("are the same to the last bit every time, whatever was scored before")
  func repeatable() throws {
    let scorer = try CaptionScorer(references: captions.map { ($0.id, $0.references) })
    let candidates = captions.map(\.candidate)
    let first = try scorer.scores(candidates: candidates)
    _ = try scorer.scores(candidates: candidates.reversed())
    #expect(try scorer.scores(candidates: candidates) == first)
    #expect(try captionScores(captions) == first)
    let byImage = Dictionary(uniqueKeysWithValues: captions.map { ($0.id, $0.candidate) })
    #expect(try scorer.scores(candidates: byImage) == first)
  }

  @Test("survive JSON")
  func codable() throws {
    let scores = try captionScores(captions)
    let data = try JSONEncoder().encode(scores)
    #expect(try JSONDecoder().decode(CaptionScores.self, from: data) == scores)
  }

  @Test("of one image alone have a CIDEr of 0: every n-gram is in every image")
  func oneImage() throws {
    let scores = try captionScores([ScoredCaption(id: "a", candidate: "a dog", references: ["a dog"])])
    #expect(scores.cider == 0)
    #expect(scores.rougeL == 1)
  }

  @Test("need captions, references, distinct images, and a candidate for each")
  func errors() throws {
    let caption = ScoredCaption(id: "a", candidate: "x", references: ["x"])
    #expect(throws: CaptionMetricsError.noCaptions) { try captionScores([]) }
    #expect(throws: CaptionMetricsError.duplicateImage(id: "a")) { try captionScores([caption, caption]) }
    #expect(throws: CaptionMetricsError.noReferences(id: "b")) {
      try captionScores([caption, ScoredCaption(id: "b", candidate: "x", references: [])])
    }
    let scorer = try CaptionScorer(references: [("a", ["x"]), ("b", ["y"]), ("c", ["z"])])
    #expect(throws: CaptionMetricsError.missingCandidates(id: "b", count: 2)) {
      try scorer.scores(candidates: ["a": "x"])
    }
    #expect(throws: CaptionMetricsError.unknownImage(id: "d")) {
      try scorer.scores(candidates: ["a": "x", "b": "y", "c": "z", "d": ""])
    }
    #expect(throws: CaptionMetricsError.candidateCount(found: 1, expected: 3)) { try scorer.scores(candidates: ["x"]) }
    #expect(
      "\(CaptionMetricsError.missingCandidates(id: "b", count: 2))".contains("2 images with references, such as b"))
  }
}
