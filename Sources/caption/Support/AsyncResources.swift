import ModelFiles
import Tensors

/// The resources that multi-threaded commands need from beginning to end.
enum AsyncResources {
  /// The number of files that libraries open without reporting failures, and our own.
  private static let descriptors = 24

  /// - Throws: `TooFewThreads`, `FileSystemError.tooManyOpenFiles`.
  static func require() throws {
    let processors = Threads.processors
    // These are for tasks, for waiting for signals and time, and for stages that read and write.
    try OwnThread.require(2 * processors + min(Threads.count, 16) + 8)
    try OpenFiles.require(descriptors)
  }
}
