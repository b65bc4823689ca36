import CaptionMetrics
import Testing

@Suite("Variety of captions")
struct CaptionVarietyTests {
  @Test("counts different captions, different words, and words a caption")
  func counts() {
    let variety = CaptionVariety(["A dog runs.", "A dog runs.", "The dog, a small one, sits on grass.", ""])
    #expect(variety.distinctShare == 3.0 / 4)
    // a dog runs the small one sits on grass
    #expect(variety.vocabulary == 9)
    #expect(variety.meanLength == (3 + 3 + 8) / 4)
  }
}
