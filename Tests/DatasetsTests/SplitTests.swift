import Datasets
import Testing

@Suite("Splits")
struct SplitTests {
  @Test(
    "Every common name of a split is understood, in any letter case",
    arguments: [
      ("train", Split.train), ("Training", .train), ("restval", .train), ("extra", .train), ("val", .validation),
      ("VALID", .validation), ("validation", .validation), ("dev", .validation), ("test", .test), ("testing", .test),
    ])
  func names(name: String, split: Split) {
    #expect(Split(named: name) == split)
  }

  @Test("Other names are none", arguments: ["", "trian", "held-out", "train "])
  func unknown(name: String) {
    #expect(Split(named: name) == nil)
  }
}
