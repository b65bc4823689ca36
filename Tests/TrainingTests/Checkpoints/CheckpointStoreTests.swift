import Foundation
import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import Training

@Suite("Checkpoint store")
struct CheckpointStoreTests {
  /// A run with a checkpoint after each of its steps.
  private func trained(_ directory: URL, steps: Int) throws -> TinyTraining {
    var training = try TinyTraining(directory)
    training.plan.steps = 12
    training.checkpointInterval = .zero
    struct Enough: Error {}
    #expect(throws: Enough.self) {
      try training.run { event in
        if case .step(let metrics) = event, metrics.step == steps { throw Enough() }
      }
    }
    return training
  }

  private func names(_ training: TinyTraining) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: training.checkpoints.directory).sorted()
  }

  /// What a run that goes on says of each checkpoint that it cannot use, and where it begins.
  private func resume(_ training: TinyTraining) throws -> (damage: [TrainingError], step: Int?) {
    var loop = try training.loop()
    var damage: [TrainingError] = []
    let isResumed = try loop.resume { damage.append($0) }
    return (damage, isResumed ? loop.state.step : nil)
  }

  @Test("the newest two are kept, and nothing half-written")
  func kept() throws {
    try withTemporaryDirectory { directory in
      let training = try trained(directory, steps: 5)
      #expect(try names(training) == ["step-00000004.safetensors", "step-00000005.safetensors"])
    }
  }

  @Test("one holds the parameters, both moments and the average of what is trained, and the constants")
  func content() throws {
    try withTemporaryDirectory { directory in
      let training = try trained(directory, steps: 2)
      let found = try training.newestTensors()
      let parameters = try training.trainer().parameters.parameters
      let trained = parameters.filter(\.role.isTrained).map(\.name)
      let expected =
        parameters.map { "parameter/\($0.name)" }
        + ["first", "second", "average"].flatMap { kind in trained.map { "\(kind)/\($0)" } }
      #expect(found.keys.sorted() == expected.sorted())
    }
  }

  @Test("a damaged newest one is told of, and the one before is used", arguments: [0, 7, 1000, -1])
  func damaged(length: Int) throws {
    try withTemporaryDirectory { directory in
      let training = try trained(directory, steps: 5)
      let newest = try #require(training.checkpoints.paths().first)
      let bytes = try Data(contentsOf: URL(filePath: newest))
      try bytes.prefix(length < 0 ? bytes.count + length : length).write(to: URL(filePath: newest))
      let (damage, step) = try resume(training)
      #expect(step == 4)
      #expect(damage.count == 1)
      #expect(damage.first?.description.contains(newest) == true)
    }
  }

  @Test("a file that is no checkpoint of a run is told of")
  func otherFile() throws {
    try withTemporaryDirectory { directory in
      let training = try trained(directory, steps: 5)
      let newest = try #require(training.checkpoints.paths().first)
      try FileManager.default.removeItem(atPath: newest)
      try SafetensorsWriter.write([], metadata: ["format": "pt"], to: newest)
      #expect(
        try resume(training).damage == [
          .damagedCheckpoint(path: newest, reason: "it is not a checkpoint of this version")
        ])
    }
  }

  @Test("where all are damaged there is none to go on with")
  func allDamaged() throws {
    try withTemporaryDirectory { directory in
      let training = try trained(directory, steps: 5)
      for path in try training.checkpoints.paths() { try Data("x".utf8).write(to: URL(filePath: path)) }
      let (damage, step) = try resume(training)
      #expect(damage.count == 2)
      #expect(step == nil)
    }
  }

  @Test("one of a later step, damaged or of a run that is no more, does not drive out the new ones")
  func later() throws {
    try withTemporaryDirectory { directory in
      let training = try trained(directory, steps: 3)
      for step in [97, 98, 99] {
        let path = "\(training.checkpoints.directory)/step-000000\(step).safetensors"
        try Data("damaged".utf8).write(to: URL(filePath: path))
      }
      try training.run(resuming: true)
      #expect(try names(training) == ["step-00000011.safetensors", "step-00000012.safetensors"])
      let (damage, step) = try resume(training)
      #expect(damage.isEmpty)
      #expect(step == 12)
    }
  }

  @Test("a checkpoint that cannot be written is an error that names it, and loses no earlier one")
  func cannotWrite() throws {
    try withTemporaryDirectory { directory in
      let training = try trained(directory, steps: 3)
      let before = try training.checkpoints.paths().map { try Data(contentsOf: URL(filePath: $0)) }
      // A directory in its place cannot be replaced by a file, whoever asks.
      let next = "\(training.checkpoints.directory)/step-00000004.safetensors"
      try FileManager.default.createDirectory(atPath: next, withIntermediateDirectories: false)
      let error = #expect(throws: ModelFileError.self) { try training.run(resuming: true) }
      #expect(error?.description.contains(next) == true)
      try FileManager.default.removeItem(atPath: next)
      #expect(try names(training) == ["step-00000002.safetensors", "step-00000003.safetensors"])
      #expect(try training.checkpoints.paths().map { try Data(contentsOf: URL(filePath: $0)) } == before)
    }
  }
}
