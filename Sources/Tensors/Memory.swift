import CKernels

/// Asks the system for memory before it is needed, where a refusal can still be an error: buffers of tensors and
/// objects of Swift cannot fail other than by ending the program.
///
/// The test is exact for `ulimit -v`, `ulimit -d` and strict overcommit. It takes no memory.
package enum Memory {
  /// Bytes that are asked for in addition: for the small allocations that go with a large one.
  package static let margin = 16 << 20

  /// What may help where memory is lacking.
  package static let limits = "raise the limit (ulimit -v, ulimit -d) or free memory"

  /// - Parameters:
  ///   - byteCount: the most bytes that the coming work will take at any moment.
  ///   - what: the words that follow "memory for" in the message.
  ///   - remedy: what may help besides raising limits.
  /// - Throws: `OutOfMemory`.
  package static func require(
    _ byteCount: Int, for what: @autoclosure () -> String, remedy: @autoclosure () -> String? = nil
  ) throws(OutOfMemory) {
    if allows(byteCount) { return }
    throw OutOfMemory(
      what: what(), byteCount: byteCount, remedy: remedy().map { "\(limits), or \($0)" } ?? limits)
  }

  /// Whether `require` would find that much.
  package static func allows(_ byteCount: Int) -> Bool {
    let (wanted, isOverflow) = byteCount.addingReportingOverflow(margin)
    return !isOverflow && ck_can_map(wanted) != 0
  }

  /// From now on the program reports that memory is lacking, where Swift's runtime would only abort.
  package static func explainAborts() { ck_explain_aborts() }
}
