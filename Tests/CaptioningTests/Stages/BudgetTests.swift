import Captioning
import Testing

@Suite("Budget")
struct BudgetTests {
  @Test("Who asks for more than is free waits, and those behind wait too, though they ask for less")
  func firstComeFirstServed() async throws {
    let budget = Budget(10)
    #expect(try await budget.take(6) == 6)
    let (events, continuation) = AsyncStream.makeStream(of: String.self)
    let large = Task {
      _ = try await budget.take(7)
      continuation.yield("large")
    }
    try await Task.sleep(for: .milliseconds(50))
    let small = Task {
      _ = try await budget.take(2)
      continuation.yield("small")
    }
    try await Task.sleep(for: .milliseconds(50))
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
    try await Task.sleep(for: .milliseconds(50))
    let small = Task { try await budget.take(5) }
    try await Task.sleep(for: .milliseconds(50))
    large.cancel()
    await #expect(throws: CancellationError.self) { try await large.value }
    #expect(try await small.value == 5)
  }
}
