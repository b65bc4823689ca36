import Captioning
import Foundation
import ModelFiles
import Tensors
import Training

/// The directory of a run.
struct RunDirectory {
  static let planName = "run.json"
  static let predictionsName = "validation-captions.jsonl"

  /// The name of the predictions of one of several datasets.
  static func predictionsName(of dataset: String) -> String { "validation-captions-\(dataset).jsonl" }

  let path: String

  private var planPath: String { path + "/" + Self.planName }

  /// - Throws: `TrainingError.existingRun` where a fresh run would overwrite another.
  func check(isResumed: Bool, isPreparation: Bool) throws {
    let hasRun = FileSystem.isRegularFile(planPath)
    let hasCaptioner = FileSystem.isRegularFile(path + "/" + CaptionerManifest.fileName)
    if isPreparation { return }
    if isResumed, !hasRun { throw TrainingError.nothingToResume(directory: path) }
    if isResumed { return }
    let hasCheckpoints = try !CheckpointStore(runDirectory: path).paths().isEmpty
    if hasRun || hasCaptioner || hasCheckpoints { throw TrainingError.existingRun(directory: path) }
  }

  private struct Run: Codable {
    let command: [String]
    let plan: TrainingPlan
  }

  /// The plan with which the run began; `nil` where it cannot be read.
  var plan: TrainingPlan? {
    guard let bytes = try? FileSystem.read(planPath, limit: 1 << 20) else { return nil }
    return try? JSONDecoder().decode(Run.self, from: Data(bytes)).plan
  }

  /// Writes the recipe, with the command that asked for it.
  func begin(_ plan: TrainingPlan, isResumed: Bool) throws {
    try FileSystem.createDirectory(path)
    if isResumed { return }
    let run = Run(command: CommandLine.arguments, plan: plan)
    try FileSystem.writeAtomically(StableJSON.document(run), to: planPath)
  }
}

/// The hashes of the base models' files when training began.
struct BaseHashes {
  private let files: [(path: String, hash: FileHash)]

  init(_ bases: CaptionerBases) throws {
    files = try bases.weightFiles.map { ($0, try FileHash(ofFile: $0)) }
  }

  /// - Throws: `TrainingError.baseChanged`.
  func check() throws {
    for (path, hash) in files where try FileHash(ofFile: path) != hash {
      throw TrainingError.baseChanged(path: path)
    }
  }
}

extension CaptionerBases {
  /// The files that hold the frozen weights.
  fileprivate var weightFiles: [String] {
    get throws { try (encoderPaths + [decoderPath]).flatMap { try ModelWeights(of: $0).files } }
  }

  /// As `portablePath(_:found:)`, for an encoder that the settings name like this.
  func portablePath(ofEncoder path: String) -> String {
    zip(encoders, encoderPaths).first { $0.0.path == path }.map { portablePath(path, found: $0.1) } ?? path
  }

  /// A base model's name if the path is one, or its absolute path.
  func portablePath(_ path: String, found: String) -> String {
    let isName = (try? ModelStore())?.isInstalled(path) ?? false
    return isName ? path : URL(filePath: found).standardizedFileURL.path(percentEncoded: false)
  }
}

extension ValidationMetrics {
  /// The metrics for the artefact's metadata.
  var summary: [String: String] {
    var summary = ["step": "\(step)", "validation_loss": "\(loss)"]
    summary["validation_cider"] = cider.map { "\($0)" }
    summary["validation_bleu_4"] = bleu4.map { "\($0)" }
    summary["validation_rouge_l"] = rougeL.map { "\($0)" }
    for set in datasets ?? [] { summary["validation_cider_\(set.name)"] = set.cider.map { "\($0)" } }
    return summary
  }
}
