import Datasets
import Testing

@Suite("Percentages")
struct PercentageTests {
  @Test(
    "Shares are read with a percent sign or as fractions, and written with one",
    arguments: [
      ("5%", 0.05, "5%"), ("0.5 %", 0.005, "0.5%"), ("0.05", 0.05, "5%"), ("0", 0, "0%"), ("100%", 1, "100%"),
      ("4%", 0.04, "4%"), ("12.5%", 0.125, "12.5%"),
    ])
  func sound(text: String, share: Double, written: String) {
    #expect(Percentage(text)?.share == share)
    #expect(Percentage(text)?.description == written)
  }

  @Test(
    "What is no share, or may be meant in two ways, is refused",
    arguments: ["", "%", "1", "5", "101%", "-1%", "five", "nan", "1e-2", "5%%", "0x1%", "٥%"])
  func refused(text: String) {
    #expect(Percentage(text) == nil)
  }
}
