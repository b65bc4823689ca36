import DequeModule
import Synchronization

/// Collects the images that are ready for a stage that works on several at once.
///
/// It holds at most `capacity`: senders of more wait.
package final class Inbox<Element: Sendable>: Sendable {
  private let places: Budget
  private let state = Mutex(State())

  private struct State {
    var ready: Deque<Element> = []
    var isClosed = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  package init(capacity: Int) {
    places = Budget(capacity)
  }

  /// Fills the inbox until the channel ends.
  ///
  /// - Throws: `CancellationError`. The inbox is closed in any case.
  package func fill(from channel: AsyncChannel<Element>) async throws {
    defer { wake { $0.isClosed = true } }
    for await element in channel {
      _ = try await places.take(1)
      wake { $0.ready.append(element) }
    }
    try Task.checkCancellation()
  }

  /// Takes at most `count` of what is ready, in order of arrival.
  package func take(upTo count: Int) -> [Element] {
    let taken = state.withLock { state in
      let taken = Array(state.ready.prefix(count))
      state.ready.removeFirst(taken.count)
      return taken
    }
    places.give(taken.count)
    return taken
  }

  /// Waits until something is ready. One task at a time may wait.
  ///
  /// - Returns: `false` where nothing more will come.
  package func wait() async -> Bool {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isReady = state.withLock { state in
        if !state.ready.isEmpty || state.isClosed { return true }
        state.waiter = continuation
        return false
      }
      if isReady { continuation.resume() }
    }
    return state.withLock { !$0.ready.isEmpty }
  }

  private func wake(_ change: (inout State) -> Void) {
    let waiter = state.withLock { state in
      change(&state)
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }
}
