import Foundation
import Logging
import Training

/// What the runs of all tasks share.
extension TrainCommand {
  var logger: Logger {
    var logger = Logger(label: "caption") { _ in StandardErrorLog() }
    logger.logLevel = verbose ? .debug : quiet ? .error : .info
    return logger
  }

  /// The name of the result.
  var artefactName: String {
    name ?? URL(filePath: out, directoryHint: .isDirectory).standardizedFileURL.lastPathComponent
  }

  /// The run that is continued; `nil` where one begins.
  var resumedRun: RunDirectory? { resume ? RunDirectory(path: out) : nil }

  /// - Returns: whether there was a checkpoint; a run that was killed before its first one begins anew.
  func goOn(_ loop: inout TrainingLoop) throws -> Bool {
    if try loop.resume(onDamage: { logger.warning("\($0)") }) {
      logger.info("going on after step \(loop.state.step)")
      return true
    }
    guard try CheckpointStore(runDirectory: out).paths().isEmpty else {
      throw TrainingError.noUsableCheckpoint(directory: out)
    }
    logger.info("there is no checkpoint yet: beginning anew")
    return false
  }
}
