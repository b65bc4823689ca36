import CKernels

/// The kernels that were chosen for this processor.
package enum Kernels {
  /// The instruction set of products in f32, and of element-wise and row-wise operations: "AVX-512", "AVX2", "NEON" or
  /// "portable".
  package static var instructionSet: String { String(cString: ck_instruction_set()) }

  /// Chooses other kernels, such as "portable", for all that is computed from now on.
  ///
  /// - Returns: whether this processor has them.
  package static func use(_ name: String) -> Bool { ck_use_instruction_set(name) != 0 }

  /// The names that `use` takes here.
  package static var available: [String] {
    let before = instructionSet
    defer { _ = use(before) }
    return ["AVX-512 BF16", "AVX-512", "AVX2", "NEON", "portable"].filter(use)
  }
}
