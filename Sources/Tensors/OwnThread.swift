import CKernels

/// Threads with stack sizes of our choice, which either start or report why they could not.
package enum OwnThread {
  /// The stack size of a thread that computes, reads or writes, in bytes.
  package static let stackBytes = 2 << 20

  /// Starts a thread that ends by itself.
  ///
  /// - Throws: `TooFewThreads`.
  package static func start(_ body: @escaping @Sendable () -> Void) throws(TooFewThreads) {
    _ = try begin(body, stack: stackBytes, joined: nil)
  }

  /// Runs `body` on a thread with a stack as large as a program usually has, and waits for it.
  ///
  /// - Throws: `TooFewThreads`.
  package static func runOnLargeStack(_ body: @escaping @Sendable () -> Void) throws(TooFewThreads) {
    var thread = ck_thread()
    try begin(body, stack: Int(CK_LARGE_STACK), joined: &thread)
    ck_join_thread(thread)
  }

  /// Whether this thread, the program's first, has as large a stack as a program usually has.
  package static var isFirstStackLarge: Bool { ck_main_stack_holds(Int(CK_LARGE_STACK)) != 0 }

  /// Gives threads of libraries small stacks. Call it before there are any.
  package static func useSmallStacks() { ck_use_small_stacks() }

  /// - Throws: `TooFewThreads` where so many threads at once cannot be started now.
  package static func require(_ count: Int) throws(TooFewThreads) {
    if ck_can_start_threads(Int32(clamping: count)) == 0 { throw TooFewThreads(wanted: count) }
  }

  private static func begin(
    _ body: @escaping @Sendable () -> Void, stack: Int, joined: UnsafeMutablePointer<ck_thread>?
  ) throws(TooFewThreads) {
    let context = Unmanaged.passRetained(Body(body))
    let code = ck_start_thread(
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque(), stack, joined)
    if code == 0 { return }
    context.release()
    throw TooFewThreads(wanted: 1)
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// The system could not start a thread.
package struct TooFewThreads: Error, Equatable, Sendable, CustomStringConvertible {
  package let wanted: Int

  package init(wanted: Int) { self.wanted = wanted }

  package var description: String {
    "\(wanted) more thread\(wanted == 1 ? "" : "s") cannot be begun; raise the limits of processes and memory (ulimit -u, "
      + "ulimit -v; of a container: pids.max), or give --threads a smaller number"
  }
}
