import Foundation
import ModelFiles
import Synchronization
import TestSupport
import Testing

@Suite("File locks")
struct FileLockTests {
  private final class Holder: Sendable {
    let lock: Mutex<FileLock?>

    init(_ lock: FileLock?) { self.lock = Mutex(lock) }
  }

  @Test("only one holds it, and the next gets it when it is let go")
  func exclusion() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "lock").path(percentEncoded: false)
      var first = try FileLock.attempt(path: path)
      #expect(first != nil)
      #expect(try FileLock.attempt(path: path) == nil)
      withExtendedLifetime(first) {}
      first = nil
      #expect(try FileLock.attempt(path: path) != nil)
    }
  }

  @Test("a thread that waits goes on when the other lets go")
  func waiting() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "lock").path(percentEncoded: false)
      let holder = Holder(try FileLock.attempt(path: path))
      let release = Date.now.addingTimeInterval(0.1)
      Thread.detachNewThread {
        Thread.sleep(until: release)
        holder.lock.withLock { $0 = nil }
      }
      let lock = try FileLock.wait(path: path)
      #expect(Date.now >= release)
      withExtendedLifetime(lock) {}
    }
  }

  @Test("waiting ends when the task is cancelled")
  func cancellation() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "lock").path(percentEncoded: false)
      let held = try FileLock.attempt(path: path)
      let task = Task { _ = try await FileLock.acquire(path: path) {} }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      withExtendedLifetime(held) {}
    }
  }
}
