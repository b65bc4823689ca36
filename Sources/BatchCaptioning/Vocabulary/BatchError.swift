/// Why a batch run cannot begin or continue. Nothing was written then.
package enum BatchError: Error, Equatable, Sendable, CustomStringConvertible {
  /// - Parameter differences: the differing options, as `--option: before, now`.
  case otherSettings(journal: String, differences: [String])
  case inUse(journal: String)
  case existingOutput(path: String)
  case foreignLedger(path: String)
  case unreadableJournal(path: String)
  case olderJournal(path: String)
  case shortOutput(path: String, found: Int, expected: Int)
  /// - Parameter problem: the words that follow the path in the message.
  case changedOutput(path: String, problem: String)
  /// - Parameter problem: the words that follow the path in the message.
  case notAdoptable(path: String, problem: String)
  case noPlaceForShard(path: String, output: String)
  case sameIdentifier(identifier: String, path: String, other: String, output: String)
  case tooManyOutputs(journal: String, limit: Int)

  package var description: String {
    switch self {
    case .otherSettings(let journal, let differences):
      "\(journal): the run that began here had other settings (\(differences.joined(separator: "; "))): give these again, "
        + "--restart to begin anew, or another output"
    case .inUse(let journal):
      "\(journal): another run is writing these outputs: wait for it, or give another output"
    case .existingOutput(let path):
      "\(path) exists, and no journal says that a run of caption wrote it: give another name, --adopt to go on behind what "
        + "it holds, or --restart to replace it"
    case .foreignLedger(let path):
      "\(path) exists, and is not of this run: name another file with --errors, or remove it"
    case .unreadableJournal(let path):
      "\(path) is no journal of this version: use --restart to begin anew, or the version that wrote it"
    case .olderJournal(let path):
      "\(path) was begun by an earlier version of caption: finish it with that version, use --restart to begin anew and "
        + "replace its outputs, or give another output"
    case .shortOutput(let path, 0, let expected):
      "\(path) is missing or empty where the journal knows of \(expected) bytes: put the file back, \(Self.remedies)"
    case .shortOutput(let path, let found, let expected):
      "\(path) has \(found) bytes where the journal knows of \(expected): put the file back, \(Self.remedies)"
    case .changedOutput(let path, let problem):
      "\(path) \(problem): nothing was written, so that no change is lost; \(Self.remedies)"
    case .notAdoptable(let path, let problem):
      "\(path) \(problem), so that nothing can be written behind it: mend it, give another output, or use --restart to "
        + "replace it"
    case .noPlaceForShard(let path, let output):
      "\(path) is a tar shard, and \(output) cannot hold captions of images in shards: use --webdataset DIR or "
        + "-o captions.jsonl, or leave the shard out with --exclude"
    case .sameIdentifier(let identifier, let path, let other, let output):
      "\(output): COCO results know images by their names alone, and both \(path) and \(other) would have the image_id "
        + "\(identifier): rename one, caption their directories into a file each, or use -o captions.jsonl"
    case .tooManyOutputs(let journal, let limit):
      "\(journal): runs of one journal have had \(limit) outputs, which is the most: give another --journal"
    }
  }

  private static let remedies =
    "use --adopt to take the file as it is and go on behind it, --restart to begin anew, or give another output"
}
