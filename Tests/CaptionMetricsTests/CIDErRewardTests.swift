import CaptionMetrics
import Foundation
import TestSupport
import Testing

@Suite("CIDEr as a reward")
struct CIDErRewardTests {
  private struct Image: Decodable {
    struct Candidate: Decodable {
      let text: String
      let isComplete: Bool
      let reward: Double

      var drawn: CIDErReward.Candidate { .init(text: text, isComplete: isComplete) }
    }

    let references: [String]
    let candidates: [Candidate]
  }

  private let images: [Image]
  private let reward: CIDErReward

  init() throws {
    images = try JSONDecoder().decode([Image].self, from: Fixture.data("self-critical/rewards.json"))
    // All of one name, which makes no difference.
    reward = try CIDErReward(references: images.map { (id: "photo", captions: $0.references) })
  }

  @Test("is pycocoevalcap's CIDEr-D with an end word, whatever else is scored beside it")
  func parity() {
    #expect(reward.imageCount == images.count)
    // Backwards: nothing depends on the order.
    for (number, image) in images.enumerated().reversed() {
      let found = reward.scores(of: image.candidates.map(\.drawn), image: number)
      for (candidate, score) in zip(image.candidates, found) {
        // Sums of some hundred terms in another order.
        #expect(abs(score - candidate.reward) <= 1e-12 * candidate.reward, "\(candidate.text)")
        #expect(reward.scores(of: [candidate.drawn], image: number) == [score])
      }
    }
  }

  @Test("a caption that is cut scores less than the same one that came to its end where the references end")
  func end() {
    let text = images[1].references[0]
    let scores = reward.scores(
      of: [.init(text: text, isComplete: true), .init(text: text, isComplete: false)], image: 1)
    #expect(scores[0] > scores[1] && scores[1] > 0)
  }

  @Test("no images, and an image without references, are refused")
  func empty() {
    #expect(throws: CaptionMetricsError.noCaptions) { try CIDErReward(references: []) }
    #expect(throws: CaptionMetricsError.noReferences(id: "b")) {
      try CIDErReward(references: [(id: "a", captions: ["A dog."]), (id: "b", captions: [])])
    }
  }
}
