import Foundation
import ModelFiles
import PrefixMapping
import Tensors

/// A state of a run from which it can continue as if it had never been interrupted.
struct Checkpoint {
  static let format = "caption-training-2"

  let state: LoopState
  let plan: TrainingPlan
  let parameters: ParameterSet
  let firstMoments, secondMoments: [Tensor]
  let average: ParameterSet?

  init(_ trainer: MapperTrainer, state: LoopState, plan: TrainingPlan) {
    self.state = state
    self.plan = plan
    parameters = trainer.parameters
    firstMoments = trainer.optimizer.firstMoments
    secondMoments = trainer.optimizer.secondMoments
    average = trainer.average
  }

  /// - Throws: `ModelFileError.cannotWrite`; whatever was at `path` is still there then.
  func write(to path: String) throws {
    var tensors: [(name: String, tensor: StoredTensor)] = []
    for (index, parameter) in parameters.parameters.enumerated() {
      tensors.append(("parameter/\(parameter.name)", parameter.tensor.stored))
      guard parameter.role.isTrained else { continue }
      tensors.append(("first/\(parameter.name)", firstMoments[index].stored))
      tensors.append(("second/\(parameter.name)", secondMoments[index].stored))
      if let average { tensors.append(("average/\(parameter.name)", average.parameters[index].tensor.stored)) }
    }
    let metadata = [
      "format": Self.format, "state": try StableJSON.line(state), "plan": try StableJSON.line(plan),
    ]
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
  }

  /// - Parameters:
  ///   - trainer: the trainer at the start of the run, which the file has to fit.
  ///   - plan: the plan of the continued run.
  /// - Throws: `TrainingError.otherSettings` where the file is from a run with another plan; `.damagedCheckpoint`.
  init(path: String, like trainer: MapperTrainer, plan wanted: TrainingPlan) throws(TrainingError) {
    do {
      let file = try SafetensorsFile(path: path)
      guard file.metadata["format"] == Self.format else {
        throw TrainingError.damagedCheckpoint(path: path, reason: "it is not a checkpoint of this version")
      }
      let decoder = JSONDecoder()
      state = try decoder.decode(LoopState.self, from: Data((file.metadata["state"] ?? "").utf8))
      plan = try decoder.decode(TrainingPlan.self, from: Data((file.metadata["plan"] ?? "").utf8))
      // Checked before the tensors, since those of a mapper of another width are not damaged.
      let differences = plan.differences(to: wanted)
      guard differences.isEmpty else { throw TrainingError.otherSettings(path: path, differences: differences) }
      let weights = WeightReader(file)
      func tensors(_ kind: String, all: Bool) throws -> [Tensor] {
        try trainer.parameters.parameters.map { parameter in
          guard all || parameter.role.isTrained else { return Tensor(zeros: [0]) }
          return try weights.float32("\(kind)/\(parameter.name)", shape: parameter.tensor.shape)
        }
      }
      parameters = trainer.parameters.replacing(try tensors("parameter", all: true))
      firstMoments = try tensors("first", all: false)
      secondMoments = try tensors("second", all: false)
      average = trainer.average == nil ? nil : parameters.replacing(try tensors("average", all: false))
    } catch let error as TrainingError {
      throw error
    } catch {
      throw .damagedCheckpoint(path: path, reason: "\(error)")
    }
  }

  func restore(_ trainer: inout MapperTrainer) {
    trainer.parameters = parameters
    trainer.average = average
    trainer.optimizer.firstMoments = firstMoments
    trainer.optimizer.secondMoments = secondMoments
    trainer.optimizer.stepCount = state.step
  }
}

extension ParameterSet {
  /// The same parameters with other numbers; constants, which have empty tensors here, keep theirs.
  fileprivate func replacing(_ tensors: [Tensor]) -> ParameterSet {
    var set = self
    for index in set.parameters.indices where tensors[index].shape == set.parameters[index].tensor.shape {
      set.parameters[index].tensor = tensors[index]
    }
    return set
  }
}
