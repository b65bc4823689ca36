import DequeModule
import Synchronization

/// An amount of something that tasks share, such as bytes or places. Tasks get it in the order in which they ask.
package final class Budget: Sendable {
  package let total: Int
  private let state: Mutex<State>

  private struct State {
    var free: Int
    var waiting: Deque<Waiter> = []
    var nextID = 0
  }

  private struct Waiter {
    let id: Int
    let amount: Int
    let continuation: CheckedContinuation<Void, any Error>
  }

  /// The number of waiting tasks.
  package var waiting: Int { state.withLock { $0.waiting.count } }

  package init(_ total: Int) {
    precondition(total > 0, "a budget of \(total)")
    self.total = total
    state = Mutex(State(free: total))
  }

  /// Waits until `amount` is free, and takes it. A task that wants more than the total gets all of it, alone.
  ///
  /// - Returns: what was taken, to be given back.
  /// - Throws: `CancellationError`; nothing is taken then.
  package func take(_ amount: Int) async throws -> Int {
    let amount = min(max(amount, 0), total)
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isGranted: Bool? = state.withLock { state in
          // Cancelled before it could wait: nothing would wake it.
          if Task.isCancelled { return nil }
          if state.waiting.isEmpty && state.free >= amount {
            state.free -= amount
            return true
          }
          state.waiting.append(Waiter(id: id, amount: amount, continuation: continuation))
          return false
        }
        if let isGranted {
          if isGranted { continuation.resume() }
        } else {
          continuation.resume(throwing: CancellationError())
        }
      }
    } onCancel: {
      let waiter = state.withLock { state -> Waiter? in
        state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
      }
      waiter?.continuation.resume(throwing: CancellationError())
      // Those waiting after it may want less.
      give(0)
    }
    return amount
  }

  package func give(_ amount: Int) {
    let granted = state.withLock { state in
      state.free += amount
      var granted: [Waiter] = []
      while let first = state.waiting.first, first.amount <= state.free {
        state.free -= first.amount
        granted.append(first)
        state.waiting.removeFirst()
      }
      return granted
    }
    for waiter in granted { waiter.continuation.resume() }
  }

  /// Runs `body` with `amount` taken.
  func with<Result>(_ amount: Int, _ body: () throws -> Result) async throws -> Result {
    let taken = try await take(amount)
    defer { give(taken) }
    return try body()
  }
}
