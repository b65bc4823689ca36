import ModelFiles

/// Where captions go. Calls come from one task, images in the order of the list.
package protocol BatchOutput: AnyObject {
  /// Whether all that this output would write of an image is there already, so that nobody need caption it for this
  /// output's sake. Asked from any thread.
  func isPresent(_ image: ListedImage) -> Bool

  /// Takes in an image; what does not concern the output is left aside. May keep it in memory until `flush`.
  ///
  /// - Throws: `ImageFailure` where only this image cannot be written and nothing of it was; any other error ends the run.
  func write(_ image: FinishedImage) throws

  /// What `flush` will write into a file that people may change, too; `nil` where there is no such file.
  var pending: PendingBytes? { get }

  /// Brings all that was written to the disk.
  ///
  /// - Returns: where a run that begins anew from here goes on.
  func flush() throws -> OutputPosition

  /// Makes ready to take the rows of replaced captions out of its file, where it can: of each image the last row stays.
  /// All that was written is on the disk.
  ///
  /// - Returns: where the output will be; `nil` where it stays as it is.
  func prepareReplacement(_ replaced: [ReplacedPaths]) throws -> PendingBytes?

  /// Does what `prepareReplacement` made ready.
  func replace() throws

  /// The last call, whether the list is at its end or the run was interrupted: files are whole afterwards, and can be
  /// gone on with from the position of the last `flush`.
  func finish() throws
}

extension BatchOutput {
  package func isPresent(_ image: ListedImage) -> Bool { false }
  package var pending: PendingBytes? { nil }
  package func prepareReplacement(_ replaced: [ReplacedPaths]) throws -> PendingBytes? { nil }
  package func replace() throws {}
}
