import Dispatch
import Synchronization

/// Lets several threads work side by side, or one alone.
final class Turns: Sendable {
  private let count: Int
  private let places: DispatchSemaphore
  private let alone = Mutex(())

  /// - Parameter count: the number of threads that may work at once, at least one.
  init(_ count: Int) {
    self.count = count
    places = DispatchSemaphore(value: count)
  }

  func sideBySide<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    places.wait()
    defer { places.signal() }
    return try body()
  }

  /// Runs `body` alone. Not to be called within `sideBySide`.
  func alone<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    // One thread at a time takes places, so that no two hold a part of them each.
    alone.withLock { _ in for _ in 0..<count { places.wait() } }
    defer { for _ in 0..<count { places.signal() } }
    return try body()
  }
}
