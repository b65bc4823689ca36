import CKernels
import Synchronization

/// The one pool of threads that every kernel runs on.
package enum Threads {
  /// How many threads kernels use, the caller's included.
  package static var count: Int { Int(ck_threads()) }

  /// The processors that this process may run on.
  package static var processors: Int { Int(ck_processors()) }

  /// Call it before the first kernel runs.
  ///
  /// - Parameter count: 0 chooses all processors that this process may run on.
  package static func use(_ count: Int) {
    ck_set_threads(Int32(clamping: count))
  }

  /// Calls `body` with each index, several calls at once. Kernels within a call run on its thread alone: for work that is
  /// large and independent, and whose memory is better kept in one core's caches.
  package static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    withoutActuallyEscaping(body) { body in
      let loop = Loop { index in
        let result = body(index)
        results.withLock { $0[index] = result }
      }
      withExtendedLifetime(loop) {
        ck_parallel_for(
          count, 1,
          { context, begin, end in
            guard let context else { return }
            let loop = Unmanaged<Loop>.fromOpaque(context).takeUnretainedValue()
            for index in begin..<end { loop.body(index) }
          }, Unmanaged.passUnretained(loop).toOpaque())
      }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  private final class Loop: Sendable {
    let body: @Sendable (Int) -> Void

    init(_ body: @escaping @Sendable (Int) -> Void) { self.body = body }
  }
}
