import ModelFiles
import SystemPackage

/// The images that have no caption, and why, as JSON lines. Written anew from the journal when a run begins, and when
/// it ends if earlier lines are no longer right.
///
/// Several runs may be given the same ledger name: a mark in the journal's directory says that the file is this run's
/// own.
package final class ErrorLedger {
  package let path: String
  private let format: any RowFormat
  private let markPath: String
  private var file: AppendingFile?

  /// - Parameter journal: the journal's directory.
  /// - Throws: `BatchError.foreignLedger` where the file is not this run's own.
  package init(path: String, format: any RowFormat, journal: String) throws(BatchError) {
    self.path = path
    self.format = format
    markPath = Self.markPath(journal)
    try Self.check(path: path, journal: journal)
  }

  private static func markPath(_ journal: String) -> String { Path.join(journal, "ledger") }

  /// Checks that the file may be written, before anything is.
  ///
  /// - Throws: `BatchError.foreignLedger`.
  package static func check(path: String, journal: String) throws(BatchError) {
    if FileSystem.isRegularFile(path), !FileSystem.isRegularFile(markPath(journal)) { throw .foreignLedger(path: path) }
  }

  private var isOwn: Bool { FileSystem.isRegularFile(markPath) }

  private func mark() throws {
    if !isOwn { try FileSystem.writeAtomically(Array((path + "\n").utf8), to: markPath) }
  }

  /// Writes an image if it failed; the line can be read at once.
  func write(_ image: FinishedImage) throws {
    guard let row = try format.row(image) else { return }
    if file == nil {
      try mark()
      file = try AppendingFile(path: path)
    }
    try file?.append(row + format.separator)
  }

  /// Writes the file anew; without failures there is no file.
  func rewrite(from journal: BatchJournal, listedAll: Bool) throws {
    file = nil
    var isEmpty = true
    try journal.forEachFailure(listedAll: listedAll) { _, _ in isEmpty = false }
    if isEmpty {
      if isOwn { try FileSystem.remove(path) }
      return
    }
    try mark()
    let temporary = path + ".new"
    try FileSystem.remove(temporary)
    let new = try AppendingFile(path: temporary, isNew: true)
    try journal.forEachFailure(listedAll: listedAll) { path, failure in
      let image = ListedImage(ordinal: 0, path: path, content: .problem(failure))
      if let row = try format.row(FinishedImage(image, outcome: .failed(failure))) {
        try new.append(row + format.separator)
      }
    }
    // Not flushed to the disk: a run that continues makes it anew.
    try FileSystem.rename(temporary, to: path)
  }
}
