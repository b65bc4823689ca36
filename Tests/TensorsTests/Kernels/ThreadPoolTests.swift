import CKernels
import Synchronization
import Tensors
import Testing

@Suite("Thread pool")
struct ThreadPoolTests {
  private final class Visits: Sendable {
    let counts: Mutex<[Int]>
    init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }
  }

  private static let visit: ck_task = { context, begin, end in
    guard let context else { return }
    let visits = Unmanaged<Visits>.fromOpaque(context).takeUnretainedValue()
    visits.counts.withLock { counts in
      for index in begin..<end { counts[index] += 1 }
    }
  }

  @Test("every index is visited once", arguments: [1, 2, 3, 7, 64, 1000], [1, 5, 2000])
  func coverage(count: Int, grain: Int) {
    let visits = Visits(count)
    for _ in 0..<20 { ck_parallel_for(count, grain, Self.visit, Unmanaged.passUnretained(visits).toOpaque()) }
    #expect(visits.counts.withLock { $0 } == Array(repeating: 20, count: count))
  }

  @Test("loops of several threads at once all finish whole")
  func concurrency() async {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let visits = Visits(100)
          for _ in 0..<200 { ck_parallel_for(100, 1, Self.visit, Unmanaged.passUnretained(visits).toOpaque()) }
          return visits.counts.withLock { $0 } == Array(repeating: 200, count: 100)
        }
      }
      for await whole in group { #expect(whole) }
    }
  }

  @Test("a loop inside of a loop runs on its own thread instead of waiting for itself")
  func nesting() {
    let visits = Visits(50)
    let outer: ck_task = { context, begin, end in
      for _ in begin..<end { ck_parallel_for(50, 1, ThreadPoolTests.visit, context) }
    }
    ck_parallel_for(10, 1, outer, Unmanaged.passUnretained(visits).toOpaque())
    #expect(visits.counts.withLock { $0 } == Array(repeating: 10, count: 50))
  }

  /// A hundred times slower than other numbers, and most gradients of a peaked attention: training took thrice as long.
  @Test("numbers below the smallest normal one are 0 in a product, and nowhere else", arguments: [1, 64])
  func subnormals(rows: Int) {
    let tiny = Tensor(Array(repeating: .leastNormalMagnitude / 64, count: rows * 32), shape: [rows, 32])
    let ones = Linear(weight: Tensor(Array(repeating: 1, count: 32 * 32), shape: [32, 32]).stored)
    #expect(ones(tiny).values.allSatisfy { $0 == 0 })
    #expect(tiny.values.reduce(0, +) > 0)
  }
}
