import Foundation
import Testing
import Training

@Suite("Training plan")
struct TrainingPlanTests {
  @Test("comes back from JSON as it was, numbers of all digits included")
  func json() throws {
    var plan = TrainingPlan()
    plan.batches.seed = .max
    plan.schedule.peak = 0.1 + 0.2
    plan.trainer.averageDecay = 1 - 0x1p-53
    plan.mapper.prompt = "\"\u{1F600}\n"
    plan.objective.kind = .cider
    plan.objective.selfCritical = TrainingObjective.SelfCritical()
    let back = try JSONDecoder().decode(TrainingPlan.self, from: JSONEncoder().encode(plan))
    #expect(back == plan)
    #expect(back.differences(to: plan).isEmpty)
  }

  @Test("one that was written before there was a choice of objectives is of likelihood")
  func withoutObjective() throws {
    let plan = TrainingPlan()
    let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(plan))
    var object = try #require(encoded as? [String: Any])
    #expect(object.removeValue(forKey: "objective") != nil)
    let back = try JSONDecoder().decode(TrainingPlan.self, from: JSONSerialization.data(withJSONObject: object))
    #expect(back == plan)
  }

  @Test("every difference is named by its place, with both values")
  func differences() {
    let plan = TrainingPlan()
    var other = plan
    other.trainer.optimizer.decay = .all
    other.mapper.prompt = "Say."
    other.batches.seed = 3
    other.objective.selfCritical = TrainingObjective.SelfCritical()
    #expect(
      plan.differences(to: other) == [
        "batches.seed: 0, now 3", "mapper.prompt: none, now Say.",
        "objective.selfCritical.crossEntropyWeight: none, now 0.1",
        "objective.selfCritical.samplesPerPhoto: none, now 5",
        "objective.selfCritical.samplingPrecision: none, now f32", "trainer.optimizer.decay: matrices, now all",
      ])
  }
}
