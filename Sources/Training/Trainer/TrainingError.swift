/// Why training could not begin or had to stop.
package enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  case missingFeatures(image: String)
  /// - Parameter kind: the kind of example, such as `image with captions`.
  case noExamples(split: String, kind: String)
  case tooFewExamples(count: Int)
  case noStartToken(captioner: String)
  case otherFeatureTokens(mapper: String, wanted: Int, found: Int)
  /// A loss or gradient is infinite or not a number.
  case notANumber(loss: Double, gradientNorm: Double)
  /// The loss is far higher than that of guessing.
  case exploded(loss: Double, limit: Double)
  /// - Parameter checkpoint: the last good one; `nil` where there is none yet.
  case diverged(step: Int, reason: String, checkpoint: String?)
  case otherSettings(path: String, differences: [String])
  case existingRun(directory: String)
  case nothingToResume(directory: String)
  case noUsableCheckpoint(directory: String)
  case baseChanged(path: String)
  case damagedCheckpoint(path: String, reason: String)

  package var description: String {
    switch self {
    case .missingFeatures(let image):
      "the features of the image with SHA-256 \(image) are not in the cache: start again, and they are computed"
    case .noExamples(let split, let kind):
      "no \(kind) is left for \(split): check the dataset's splits, or give another --validation, such as 5%, or 0% to do "
        + "without"
    case .tooFewExamples(let count):
      "CIDEr tells rare words by how many photos' captions have them, and \(count) photo\(count == 1 ? " is" : "s are") left "
        + "to learn from: give 2 or more, or train with --objective likelihood"
    case .noStartToken(let captioner):
      "captioner \(captioner) begins captions without a start token, and training needs one: give startTokens in its "
        + "captioner.json, such as the decoder's end-of-text token"
    case .otherFeatureTokens(let mapper, let wanted, let found):
      "--mapper \(mapper) reads \(wanted) token of features, and there are \(found): name one with --features, such as "
        + "12:class"
    case .notANumber(let loss, let gradientNorm): "loss \(loss), gradient norm \(gradientNorm)"
    case .exploded(let loss, let limit): "the loss is \(loss), over \(limit), which is twice that of guessing"
    case .diverged(let step, let reason, let checkpoint):
      "training broke down at step \(step): \(reason). "
        + (checkpoint.map { "The last good checkpoint is \($0). " } ?? "There is no checkpoint yet. ")
        + "Start again with a lower --learning-rate or a longer --warmup"
    case .otherSettings(let path, let differences):
      "\(path): this run was begun with other settings (\(differences.joined(separator: "; "))): resume with the same ones, "
        + "or choose another --out"
    case .existingRun(let directory):
      "\(directory): holds a training run or a captioner already: give --resume to go on with a run, or choose another "
        + "--out"
    case .nothingToResume(let directory):
      "\(directory): there is no run to resume: check --out, or leave --resume out to begin one"
    case .noUsableCheckpoint(let directory):
      "\(directory): none of its checkpoints can be used: begin again with another --out; the captioner in it is the best "
        + "so far"
    case .baseChanged(let path):
      "\(path): the base model changed while the mapper was trained through it: verify it (caption models verify), and "
        + "train again"
    case .damagedCheckpoint(let path, let reason):
      "\(path): not a usable checkpoint: \(reason): training resumes from the one before, if there is one"
    }
  }
}
