import Dispatch
import Synchronization

/// Lets some work side by side, or one alone.
final class Turns: Sendable {
  private let count: Int
  private let places: DispatchSemaphore
  private let alone = Mutex(())

  /// - Parameter count: how many at once, at least one.
  init(_ count: Int) {
    self.count = count
    places = DispatchSemaphore(value: count)
  }

  func sideBySide<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    places.wait()
    defer { places.signal() }
    return try body()
  }

  /// Not within `sideBySide`.
  func alone<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    // One after the other, so that no two have a part of the places each.
    alone.withLock { _ in for _ in 0..<count { places.wait() } }
    defer { for _ in 0..<count { places.signal() } }
    return try body()
  }
}
