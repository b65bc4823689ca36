import CaptionMetrics
import Testing

@Suite("CHAIR")
struct ObjectHallucinationTests {
  private func caption(_ text: String, _ references: [String], _ labels: [String]) -> ScoredCaption {
    ScoredCaption(id: text, candidate: text, references: references, labels: labels)
  }

  @Test("counts captions and objects that neither labels nor people's captions have")
  func shares() throws {
    let found = try #require(
      ObjectHallucination([
        caption("A man with a dog and a cat", ["A guy sits"], ["dog"]),
        caption("A bear and a bear", ["A meadow"], ["cow"]), caption("Nothing at all", ["A cat"], ["cat"]),
        caption("A bike", ["A street"], ["motorcycle"]),
      ]))
    #expect(found.images == 4)
    #expect(found.mentions == 6)
    #expect(found.captionShare == 2.0 / 4)
    #expect(found.objectShare == 3.0 / 6)
    #expect(found.imagined.map(\.phrase) == ["bear", "cat"])
    #expect(found.imagined.map(\.count) == [2, 1])
  }

  @Test("photos without labels, or with other labels than COCO's objects, are not looked at")
  func others() {
    let unlabelled = [caption("A cat", ["A dog"], []), caption("A cat", ["A dog"], ["kitchen", "cat"])]
    #expect(ObjectHallucination(unlabelled) == nil)
    #expect(ObjectHallucination(unlabelled + [caption("A cat", ["A dog"], ["cat"])])?.images == 1)
  }

  @Test("captions that name nothing have no share of wrong objects")
  func nothingNamed() {
    let found = ObjectHallucination([caption("Blue sky", ["Sky"], ["kite"])])
    #expect(found?.captionShare == 0 && found?.objectShare == 0 && found?.mentions == 0)
  }
}
