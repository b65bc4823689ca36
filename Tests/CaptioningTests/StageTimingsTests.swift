import Captioning
import Testing

@Suite("Stage timings")
struct StageTimingsTests {
  @Test("the total is the sum of all stages")
  func total() {
    var timings = StageTimings()
    timings.decode = 1
    timings.preprocess = 2
    timings.encode = 4
    timings.map = 8
    timings.generate = 16
    #expect(timings.total == 31)
  }
}
