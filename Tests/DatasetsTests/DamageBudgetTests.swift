import Datasets
import Testing

@Suite("The damage budget")
struct DamageBudgetTests {
  private func damaged(_ count: Int) -> [DamagedSample] {
    (0..<count).map { DamagedSample(name: "\($0).jpg", reason: "it has no caption") }
  }

  @Test("What is allowed passes; one more stops", arguments: [("1%", 1000, 10), ("0%", 1000, 0), ("50%", 3, 1)])
  func limit(share: String, sampleCount: Int, allowed: Int) throws {
    let maximum = try #require(Percentage(share))
    let budget = DamageBudget(maximumShare: maximum)
    try budget.check(damaged(allowed), of: sampleCount)
    #expect(
      throws: DatasetError.tooMuchDamage(
        damaged: damaged(allowed + 1), sampleCount: sampleCount, maximumShare: maximum)
    ) {
      try budget.check(damaged(allowed + 1), of: sampleCount)
    }
  }

  @Test("The error lists twenty and counts the others")
  func list() throws {
    let error = DatasetError.tooMuchDamage(
      damaged: damaged(23), sampleCount: 100, maximumShare: try #require(Percentage("1%")))
    let lines = error.description.split(separator: "\n")
    #expect(
      lines.first
        == "23 of 100 samples are damaged, more than 1%; repair or remove them, or allow more with --max-bad:")
    #expect(lines.count == 22)
    #expect(lines[20] == "  - 19.jpg: it has no caption")
    #expect(lines[21] == "  … and 3 more")
  }
}
