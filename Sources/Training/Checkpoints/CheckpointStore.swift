import ModelFiles

/// The checkpoints of a run, the newest few of them: `checkpoints/step-00000400.safetensors`.
package struct CheckpointStore: Sendable {
  package let directory: String
  /// How many are kept: the newest and one more, in case the newest cannot be read back.
  private static let kept = 2

  /// - Parameter runDirectory: the directory of the run.
  package init(runDirectory: String) {
    directory = Path.join(runDirectory, "checkpoints")
  }

  /// The paths of the checkpoints, the newest first.
  ///
  /// - Throws: `FileSystemError`.
  package func paths() throws -> [String] {
    guard FileSystem.isDirectory(directory) else { return [] }
    return try FileSystem.names(in: directory)
      .filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }
      .sorted(by: >).map { Path.join(directory, $0) }
  }

  /// Writes a checkpoint, and only then removes the oldest ones. Those of later steps are removed too: they are damaged
  /// or from an abandoned run, and would be taken for this run's newest.
  ///
  /// - Throws: `ModelFileError.cannotWrite`, `FileSystemError`; earlier checkpoints are untouched then.
  func write(_ checkpoint: Checkpoint) throws -> String {
    try FileSystem.createDirectory(directory)
    let digits = String(checkpoint.state.step)
    let number = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    let path = Path.join(directory, "step-\(number).safetensors")
    try checkpoint.write(to: path)
    let all = try paths()
    let kept = all.drop { $0 != path }.prefix(Self.kept)
    for old in all where !kept.contains(old) { try FileSystem.remove(old) }
    return path
  }

  /// The newest checkpoint that can be read.
  ///
  /// - Parameter onDamage: is notified of those that cannot be read.
  /// - Returns: `nil` where there is none.
  /// - Throws: `FileSystemError`; `TrainingError.otherSettings` where the run was begun with another plan.
  func latest(
    like trainer: MapperTrainer, plan: TrainingPlan, onDamage: (TrainingError) -> Void
  ) throws -> (checkpoint: Checkpoint, path: String)? {
    for path in try paths() {
      do throws(TrainingError) {
        return (try Checkpoint(path: path, like: trainer, plan: plan), path)
      } catch {
        guard case .damagedCheckpoint = error else { throw error }
        onDamage(error)
      }
    }
    return nil
  }
}
