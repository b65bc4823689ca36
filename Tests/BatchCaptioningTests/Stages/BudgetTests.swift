import BatchCaptioning
import Captioning
import Testing

@Suite("Budget", .timeLimit(.minutes(15)))
struct BudgetTests {
  @Test("Who asks for more than is free waits, and those behind wait too, though they ask for less")
  func firstComeFirstServed() async throws {
    // Too little for both at once.
    let budget = Budget(8)
    #expect(try await budget.take(6) == 6)
    let (events, continuation) = AsyncStream.makeStream(of: String.self)
    let large = Task {
      _ = try await budget.take(7)
      continuation.yield("large")
    }
    while budget.waiting < 1 { await Task.yield() }
    let small = Task {
      _ = try await budget.take(2)
      continuation.yield("small")
    }
    while budget.waiting < 2 { await Task.yield() }
    budget.give(6)
    var order: [String] = []
    for await event in events {
      order.append(event)
      if order.count == 1 { budget.give(7) }
      if order.count == 2 { break }
    }
    #expect(order.first == "large")
    try await large.value
    try await small.value
  }

  @Test("More than there is means all there is")
  func tooMuch() async throws {
    let budget = Budget(10)
    #expect(try await budget.take(1000) == 10)
    budget.give(10)
    #expect(try await budget.take(10) == 10)
  }

  @Test("A cancelled task leaves the queue, and whoever stood behind it goes on")
  func cancellation() async throws {
    let budget = Budget(10)
    _ = try await budget.take(5)
    let large = Task { try await budget.take(10) }
    while budget.waiting < 1 { await Task.yield() }
    let small = Task { try await budget.take(5) }
    while budget.waiting < 2 { await Task.yield() }
    large.cancel()
    await #expect(throws: CancellationError.self) { try await large.value }
    #expect(try await small.value == 5)
  }
}
