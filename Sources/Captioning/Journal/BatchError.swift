/// Why a batch run cannot begin or go on.
public enum BatchError: Error, Equatable, Sendable, CustomStringConvertible {
  /// - Parameter differences: `name: before, now`.
  case otherSettings(journal: String, differences: [String])
  case inUse(journal: String)
  case existingOutput(path: String)
  case foreignLedger(path: String)
  case unreadableJournal(path: String)
  case shortOutput(path: String, found: Int, expected: Int)

  public var description: String {
    switch self {
    case .otherSettings(let journal, let differences):
      "\(journal): the run that began here had other settings (\(differences.joined(separator: "; "))): give these again, "
        + "--restart to begin anew, or another output"
    case .inUse(let journal):
      "\(journal): another run is writing these outputs: wait for it, or give another output"
    case .existingOutput(let path):
      "\(path) exists, and no journal says that a run of caption wrote it: give another name, or --restart to replace it"
    case .foreignLedger(let path):
      "\(path) exists, and is not of this run: name another file with --errors, or remove it"
    case .unreadableJournal(let path):
      "\(path) is no journal of this version: use --restart to begin anew, or the version that wrote it"
    case .shortOutput(let path, 0, let expected):
      "\(path) is missing or empty where the journal knows of \(expected) bytes: put the file back, or use --restart to "
        + "begin anew"
    case .shortOutput(let path, let found, let expected):
      "\(path) has \(found) bytes where the journal knows of \(expected): put the file back, or use --restart to begin anew"
    }
  }
}
