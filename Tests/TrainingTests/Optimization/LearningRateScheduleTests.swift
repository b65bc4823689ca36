import Testing
import Training

@Suite("Learning rate schedule")
struct LearningRateScheduleTests {
  private func schedule(warmup: Int, finalShare: Double = 0.05) -> LearningRateSchedule {
    var schedule = LearningRateSchedule()
    schedule.peak = 2
    schedule.warmupSteps = warmup
    schedule.finalShare = finalShare
    return schedule
  }

  @Test("the rate rises linearly, from the first step's share on, with the cosine over it")
  func warmup() {
    let schedule = schedule(warmup: 4, finalShare: 1)
    #expect((0..<6).map { schedule.rate(step: $0, of: 100) } == [0.5, 1, 1.5, 2, 2, 2])
  }

  @Test("without warm-up it begins at the peak, is at the mean of both ends half way, and ends at its share")
  func cosine() {
    let schedule = schedule(warmup: 0)
    #expect(schedule.rate(step: 0, of: 100) == 2)
    #expect(abs(schedule.rate(step: 50, of: 100) - 1.05) < 1e-12)
    #expect(abs(schedule.rate(step: 100, of: 100) - 0.1) < 1e-12)
  }

  @Test("steps beyond the end keep the last rate, and no steps at all are no division by zero")
  func beyond() {
    let schedule = schedule(warmup: 0)
    #expect(schedule.rate(step: 150, of: 100) == schedule.rate(step: 100, of: 100))
    #expect(schedule.rate(step: 0, of: 0).isFinite)
  }
}
