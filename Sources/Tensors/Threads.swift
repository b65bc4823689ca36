import CKernels

/// The one pool of threads that every kernel runs on.
public enum Threads {
  /// How many threads kernels use, the caller's included.
  public static var count: Int { Int(ck_threads()) }

  /// Call it before the first kernel runs.
  ///
  /// - Parameter count: 0 chooses all processors that this process may run on.
  public static func use(_ count: Int) {
    ck_set_threads(Int32(clamping: count))
  }
}
