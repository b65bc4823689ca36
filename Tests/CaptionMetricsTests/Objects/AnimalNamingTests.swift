import CaptionMetrics
import Testing

@Suite("Animals that captions name")
struct AnimalNamingTests {
  private func caption(_ text: String, _ labels: [String]) -> ScoredCaption {
    ScoredCaption(id: text, candidate: text, references: ["An animal."], labels: labels)
  }

  @Test("a photo counts where one of its animals is named, each animal for itself")
  func counts() throws {
    let found = try #require(
      AnimalNaming([
        caption("A kitten on a chair", ["cat", "chair"]), caption("A brown dog", ["cat"]),
        caption("A puppy", ["dog", "horse"]), caption("Two lambs", ["sheep"]), caption("A dog", ["couch"]),
        caption("A hot dog", ["dog"]), caption("A cat", ["Abyssinian cat"]),
      ]))
    #expect(found.images == 6 && found.named == 4)
    #expect(found.share == 4.0 / 6)
    #expect(found.animals.map(\.name) == ["cat", "dog", "horse", "sheep"])
    #expect(found.animals.map(\.images) == [3, 2, 1, 1])
    #expect(found.animals.map(\.named) == [2, 1, 0, 1])
  }

  @Test("without an animal among the labels there is nothing to count")
  func none() { #expect(AnimalNaming([caption("A dog", ["couch"]), caption("A dog", [])]) == nil) }
}
