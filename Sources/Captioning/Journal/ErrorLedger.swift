import ModelFiles
import SystemPackage

/// `errors.jsonl`: the images that have no caption, and why. Made anew from the journal at a run's beginning, and at its
/// end where earlier lines no longer hold.
package final class ErrorLedger {
  package let path: String
  private let format: any RowFormat
  private var file: AppendingFile?

  package init(path: String, format: any RowFormat) {
    self.path = path
    self.format = format
  }

  /// Takes in what failed; it can be read at once.
  func write(_ image: FinishedImage) throws {
    guard let row = try format.row(image) else { return }
    let file = try self.file ?? AppendingFile(path: path)
    self.file = file
    try file.append(row + format.separator)
  }

  /// Writes the file anew; without failures there is none.
  func rewrite(from journal: BatchJournal, listedAll: Bool) throws {
    file = nil
    var isEmpty = true
    try journal.forEachFailure(listedAll: listedAll) { _, _ in isEmpty = false }
    if isEmpty { return try FileSystem.remove(path) }
    let temporary = path + ".new"
    try FileSystem.remove(temporary)
    let new = try AppendingFile(path: temporary, isNew: true)
    try journal.forEachFailure(listedAll: listedAll) { path, failure in
      let image = ListedImage(ordinal: 0, path: path, content: .problem(failure))
      if let row = try format.row(FinishedImage(image, outcome: .failed(failure))) {
        try new.append(row + format.separator)
      }
    }
    // Not flushed to the disk: a run that goes on makes it anew.
    try FileSystem.rename(temporary, to: path)
  }
}
