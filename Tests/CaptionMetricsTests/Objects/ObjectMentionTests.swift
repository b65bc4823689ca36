import CaptionMetrics
import Testing

@Suite("Objects that captions name")
struct ObjectMentionTests {
  private func objects(_ caption: String) -> [Set<String>] { ObjectMention.all(in: caption).map(\.objects) }

  @Test("every object of COCO is known by its own name and by its plural", arguments: COCOObjects.names)
  func ownNames(name: String) {
    #expect(objects("Here is a \(name).") == [[name]])
  }

  @Test("words stand for objects of COCO alone")
  func table() {
    #expect(COCOObjects.names.count == 80)
    #expect(ObjectWords.standard.objects == Set(COCOObjects.names))
  }

  @Test(
    "what it means is found in plurals, synonyms and hyphens",
    arguments: [
      ("Two women feed ponies.", ["person", "horse"]), ("Knives lie beside a doughnut", ["knife", "donut"]),
      ("A flock of geese and oxen", ["bird", "cow"]), ("A double-decker passes a taxi.", ["bus", "car"]),
      ("a tabby on a Sofa", ["cat", "couch"]), ("boxes of sandwiches on benches", ["sandwich", "bench"]),
      ("puppies and babies", ["dog", "person"]),
    ])
  func synonyms(caption: String, expected: [String]) {
    #expect(objects(caption) == expected.map { [$0] })
  }

  @Test(
    "of overlapping phrases the longest counts",
    arguments: [
      ("a hot dog on a plate", ["hot dog"]), ("Hot dogs", ["hot dog"]), ("a teddy bear in bed", ["teddy bear", "bed"]),
      ("a fire truck", ["truck"]), ("a bow tie", ["tie"]), ("a toilet seat", ["toilet"]),
      ("a stop sign", ["stop sign"]), ("a train station with a clock tower", ["clock"]), ("a dog house", []),
      ("a remote control", ["remote"]), ("a flower bed", []), ("a baseball bat", ["baseball bat"]),
    ])
  func longest(caption: String, expected: [String]) {
    #expect(objects(caption) == expected.map { [$0] })
  }

  @Test(
    "a young or grown animal is no person, and a person is one",
    arguments: [
      ("a baby elephant", ["elephant"]), ("a mother and baby bear", ["bear"]), ("a baby bear cub", ["bear"]),
      ("an adult giraffe and a baby", ["giraffe", "person"]), ("a family of bears", ["bear"]),
      ("a baby with a dog", ["person", "dog"]), ("a mother and her son", ["person", "person"]),
    ])
  func young(caption: String, expected: [String]) {
    #expect(objects(caption) == expected.map { [$0] })
  }

  @Test(
    "orange is a fruit where it is a noun, and no object where it is a colour",
    arguments: [
      ("An orange on a plate", true), ("an apple and an orange", true), ("oranges in a bowl", true),
      ("an orange and a banana", true), ("an orange cat", false), ("an orange and white cat", false),
      ("a man in orange", false), ("a bright orange shirt", false),
    ])
  func orange(caption: String, isFruit: Bool) {
    #expect(objects(caption).contains(["orange"]) == isFruit)
  }

  @Test("a word that may mean several objects stands for each of them")
  func several() {
    #expect(objects("a bike") == [["bicycle", "motorcycle"]])
    #expect(objects("a van") == [["car", "truck"]])
  }

  @Test("toys are not what they show, but for bears")
  func toys() {
    #expect(objects("a toy train and a stuffed dog").isEmpty)
    #expect(objects("a bird-shaped boat") == [["boat"]])
    #expect(objects("a stuffed bear") == [["teddy bear"]])
  }

  @Test("labels of other collections are read for the objects in them")
  func labels() {
    #expect(COCOObjects.objects(ofLabel: "Abyssinian cat") == ["cat"])
    #expect(COCOObjects.objects(ofLabel: "cat and dog") == ["cat", "dog"])
    #expect(COCOObjects.objects(ofLabel: "orange") == ["orange"])
    #expect(COCOObjects.objects(ofLabel: "hot dog") == ["hot dog"])
    #expect(COCOObjects.objects(ofLabel: "bedroom").isEmpty)
  }
}
