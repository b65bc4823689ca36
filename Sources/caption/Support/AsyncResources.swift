import ModelFiles
import Tensors

/// What commands of several threads need from the beginning to the end.
enum AsyncResources {
  /// Files that libraries open where they say nothing of a failure, and ours besides.
  private static let descriptors = 24

  /// - Throws: `TooFewThreads`, `FileSystemError.tooManyOpenFiles`.
  static func require() throws {
    let processors = Threads.processors
    // Tasks, what waits for signals and time, and stages that read and write.
    try OwnThread.require(2 * processors + min(Threads.count, 16) + 8)
    try OpenFiles.require(descriptors)
  }
}
