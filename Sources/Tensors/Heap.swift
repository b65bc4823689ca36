import CKernels

/// The C library's heap. By default glibc keeps a heap of 64 MiB of address space for each thread, and keeps freed
/// memory in all of them, so that gaps make memory grow although the memory in use stays the same.
package enum Heap {
  /// Lets all threads share one heap; call it before there are threads. Kernels allocate seldom, or in large pieces, so that
  /// threads hardly wait for each other there.
  package static func share() { ck_share_heaps() }

  /// Returns free memory to the system every few seconds, until the task is cancelled.
  package static func trimRegularly() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      ck_trim_heap()
    }
  }
}
