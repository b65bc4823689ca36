import Dispatch
import Synchronization
import Tensors
import Testing

@Suite("Threads of our own")
struct OwnThreadTests {
  @Test("a thread runs what it was begun for")
  func start() throws {
    let isDone = DispatchSemaphore(value: 0)
    try OwnThread.start { isDone.signal() }
    #expect(isDone.wait(timeout: .now() + 60) == .success)
  }

  @Test("a large stack holds what a small one would not, and its thread is waited for")
  func largeStack() throws {
    let sum = Mutex(0)
    try OwnThread.runOnLargeStack {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1000) { bytes in
        bytes.initialize(repeating: 1)
        sum.withLock { $0 = bytes.reduce(0) { $0 + Int($1) } }
      }
    }
    #expect(sum.withLock { $0 } == 1000)
  }

  @Test("some threads can be had at once, and then again")
  func probe() throws {
    for _ in 0..<3 { try OwnThread.require(8) }
  }
}
