import Foundation
import ModelFiles
import TestSupport
import Testing
import Training

/// With dropout, flips and a moving average: whatever comes by chance is in it.
@Suite("Training resumed")
struct ResumptionTests {
  /// Where a run breaks off.
  enum Place: String, CaseIterable, CustomTestStringConvertible {
    case afterStep = "after a step"
    case atValidation = "when a validation is reported"
    case withinValidation = "within a validation"
    case atFirstStep = "after the first step"
    case killed = "killed after the last checkpoint"
    case atEnd = "after its last step"

    var testDescription: String { rawValue }

    struct Stop: Error {}

    func stop(_ event: TrainingEvent) throws {
      switch (self, event) {
      case (.afterStep, .step(let metrics)) where metrics.step == 5: throw Stop()
      case (.atFirstStep, .step(let metrics)) where metrics.step == 1: throw Stop()
      case (.killed, .step(let metrics)) where metrics.step == 7: throw Stop()
      case (.atEnd, .step(let metrics)) where metrics.step == 12: throw Stop()
      case (.atValidation, .validation(let metrics, _, _)) where metrics.step == 8: throw Stop()
      // The validation that follows is the next to ask.
      case (.withinValidation, .step(let metrics)) where metrics.step == 4: withUnsafeCurrentTask { $0?.cancel() }
      default: break
      }
    }
  }

  @Test(
    "a run that was broken off goes on with the numbers of an unbroken one, bit for bit", arguments: Place.allCases,
    TrainingObjective.Kind.allCases)
  func goesOn(place: Place, objective: TrainingObjective.Kind) async throws {
    func training(_ directory: URL) throws -> TinyTraining {
      var training = try TinyTraining(directory)
      training.plan.objective.kind = objective
      if objective == .cider { training.plan.objective.selfCritical = TrainingObjective.SelfCritical() }
      return training
    }
    try await withTemporaryDirectory { directory in
      let (whole, expected) = (try training(directory.appending(path: "whole")), RunRecord())
      try whole.run(into: expected)
      #expect(expected.steps.map(\.step) == Array(1...12))
      #expect(expected.validations.map(\.step) == [4, 8, 12])

      var broken = try training(directory.appending(path: "broken"))
      if place == .killed { broken.checkpointInterval = .zero }
      let found = RunRecord()
      // A task of its own, which can be cancelled.
      let first = Task { [broken] in _ = try broken.run(into: found, then: place.stop) }
      await #expect(throws: (any Error).self) { try await first.value }
      // As if it had not been written yet: that of the step before is the newest then.
      if place == .killed { try FileManager.default.removeItem(atPath: #require(broken.checkpoints.paths().first)) }
      let outcome = try broken.run(resuming: true, into: found)

      #expect(outcome.state.step == 12)
      #expect(Set(found.steps.map(\.step)) == Set(1...12))
      for step in found.steps { #expect(step.numbers == expected.steps[step.step - 1].numbers, "step \(step.step)") }
      #expect(Set(found.validations.map(\.step)) == [4, 8, 12])
      for validation in found.validations {
        #expect(validation.validation == expected.validations[validation.step / 4 - 1].validation, "\(validation.step)")
      }
      #expect(try broken.newestTensors() == whole.newestTensors())
    }
  }

  @Test("a run on weighted datasets goes on with the numbers of an unbroken one, bit for bit")
  func severalDatasets() throws {
    func training(_ directory: URL) throws -> TinyTraining {
      var training = try TinyTraining(directory)
      training.plan.data.datasets = [("a", 1.5, 5), ("b", 0.5, 7)].map { name, weight, count in
        var set = TrainingPlan.Dataset(name: name, weight: weight)
        set.trainImages = count
        return set
      }
      training.validationPhotos = [[12, 13], [14, 15]]
      return training
    }
    try withTemporaryDirectory { directory in
      let (expected, found) = (RunRecord(), RunRecord())
      let whole = try training(directory.appending(path: "whole"))
      try whole.run(into: expected)
      let broken = try training(directory.appending(path: "broken"))
      #expect(throws: Place.Stop.self) { try broken.run(into: found, then: Place.afterStep.stop) }
      try broken.run(resuming: true, into: found)
      #expect(found.steps.map(\.step) == Array(1...12))
      #expect(found.steps.map(\.numbers) == expected.steps.map(\.numbers))
      #expect(found.validations.map(\.validation) == expected.validations.map(\.validation))
      #expect(try broken.newestTensors() == whole.newestTensors())
    }
  }

  @Test("other weights of datasets are other settings")
  func otherWeights() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.plan.data.datasets = [TrainingPlan.Dataset(name: "a", weight: 1)]
      training.plan.data.datasets?[0].trainImages = TinyTraining.trainCount
      try training.run()
      training.plan.data.datasets?[0].weight = 2
      let error = #expect(throws: TrainingError.self) { try training.run(resuming: true) }
      #expect(error?.description.contains("data.datasets") == true)
    }
  }

  @Test("a validation whose report failed is done and reported again")
  func validationAgain() throws {
    try withTemporaryDirectory { directory in
      let (training, record) = (try TinyTraining(directory), RunRecord())
      #expect(throws: Place.Stop.self) { try training.run(into: record, then: Place.atValidation.stop) }
      try training.run(resuming: true, into: record)
      #expect(record.validations.map(\.step) == [4, 8, 8, 12])
    }
  }

  @Test("a run that is at its end has nothing more to do")
  func atEnd() throws {
    try withTemporaryDirectory { directory in
      let training = try TinyTraining(directory)
      let outcome = try training.run()
      let record = RunRecord()
      #expect(try training.run(resuming: true, into: record).state == outcome.state)
      #expect(record.steps.isEmpty && record.validations.isEmpty)
    }
  }

  @Test("without any checkpoint there is nothing to go on with")
  func nothing() throws {
    try withTemporaryDirectory { directory in
      var loop = try TinyTraining(directory).loop()
      #expect(try !loop.resume())
    }
  }

  @Test("other settings are refused, with both values, also those that change the mapper's shape")
  func otherSettings() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.plan.steps = 1
      training.plan.mapper.startsFrom = "abc"
      try training.run()
      let path = try #require(training.checkpoints.paths().first)
      training.plan.schedule.peak = 0.02
      training.plan.mapper.width = 1024
      training.plan.mapper.startsFrom = nil
      training.plan.models.features = "10:class"
      var loop = try training.loop()
      let differences = [
        "mapper.startsFrom: abc, now none", "mapper.width: 512, now 1024", "models.features: , now 10:class",
        "schedule.peak: 0.01, now 0.02",
      ]
      #expect(throws: TrainingError.otherSettings(path: path, differences: differences)) { try loop.resume() }
    }
  }
}
