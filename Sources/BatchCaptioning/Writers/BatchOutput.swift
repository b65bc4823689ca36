import ModelFiles

/// An output for captions. Calls come from one task, with images in the list's order.
package protocol BatchOutput: AnyObject {
  /// Whether all that this output would write of an image is there already, so that it need not be captioned for this
  /// output. Called from any thread.
  func isPresent(_ image: ListedImage) -> Bool

  /// Takes an image; one that does not concern the output is ignored. It may stay in memory until `flush`.
  ///
  /// - Throws: `ImageFailure` where only this image cannot be written, and nothing of it was; other errors end the run.
  func write(_ image: FinishedImage) throws

  /// What `flush` will write into a file that people may change, too; `nil` where there is no such file.
  var pending: PendingBytes? { get }

  /// Writes all that was taken to the disk.
  ///
  /// - Returns: the position from which a later run continues.
  func flush() throws -> OutputPosition

  /// Prepares to remove the rows of replaced captions from its file, where it can: the last row of each image stays.
  /// All that was taken is on the disk.
  ///
  /// - Returns: the output's position afterwards; `nil` where it stays as it is.
  func prepareReplacement(_ replaced: [ReplacedPaths]) throws -> PendingBytes?

  /// Does what `prepareReplacement` prepared.
  func replace() throws

  /// The last call, whether the list is at its end or the run was interrupted: files are complete afterwards, and can
  /// be continued from the position of the last `flush`.
  func finish() throws
}

extension BatchOutput {
  package func isPresent(_ image: ListedImage) -> Bool { false }
  package var pending: PendingBytes? { nil }
  package func prepareReplacement(_ replaced: [ReplacedPaths]) throws -> PendingBytes? { nil }
  package func replace() throws {}
}
