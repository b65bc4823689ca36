import Testing
import Training

@Suite("Formatting")
struct FormattingTests {
  @Test(
    "numbers with a fixed count of decimals",
    arguments: [
      (2.7128, 3, "2.713"), (0.05, 3, "0.050"), (0.0004, 3, "0.000"), (-0.0004, 3, "0.000"), (-1.5, 1, "-1.5"),
      (9.996, 2, "10.00"), (28, 0, "28"), (0, 1, "0.0"), (123_456.75, 1, "123456.8"), (1e300, 1, "1e+300"),
      (.nan, 3, "nan"), (.infinity, 3, "inf"), (-.infinity, 0, "-inf"),
    ])
  func fixed(value: Double, places: Int, text: String) {
    #expect(Formatting.fixed(value, places) == text)
  }

  @Test(
    "thousands have commas",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (Int.min, "-9,223,372,036,854,775,808"),
    ])
  func grouped(value: Int, text: String) {
    #expect(Formatting.grouped(value) == text)
  }

  @Test(
    "a time to come is told in its two largest units",
    arguments: [
      (0, "1 s"), (44.2, "45 s"), (59.5, "1 min"), (60, "1 min"), (61, "2 min"), (3541, "1 h 0 min"),
      (7500, "2 h 5 min"),
      (97_200, "1 d 3 h"), (1e300, "11,574,074 d 1 h"), (-5, "1 s"), (.nan, "1 s"),
    ])
  func duration(seconds: Double, text: String) {
    #expect(Formatting.duration(seconds) == text)
  }

  @Test("text cannot leave the markup that it is put into")
  func escaped() {
    #expect(
      Formatting.escaped("<b title='x'>\"A & B\"</b>\n\u{0}é犬")
        == "&lt;b title=&#39;x&#39;&gt;&quot;A &amp; B&quot;&lt;/b&gt; \u{FFFD}é犬")
  }
}
