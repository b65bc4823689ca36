import CKernels

/// The C library's heap. Left to itself, glibc keeps a heap for each thread, of 64 MiB of address space, and what was freed
/// in all of them, so that memory creeps up by gaps though what is in use stays the same.
package enum Heap {
  /// Lets all threads share one heap; call it before there are threads. Kernels allocate seldom, or in large pieces, so that
  /// threads hardly wait for each other there.
  package static func share() { ck_share_heaps() }

  /// Gives what is free back to the system every few seconds, until the task is cancelled.
  package static func trimRegularly() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      ck_trim_heap()
    }
  }
}
