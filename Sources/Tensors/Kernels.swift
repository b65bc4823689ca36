import CKernels

/// The kernels that were chosen for this processor.
public enum Kernels {
  /// Of products in f32, and of element-wise and row-wise operations: "AVX-512", "AVX2" or "portable".
  public static var instructionSet: String { String(cString: ck_instruction_set()) }

  /// The core of the BLAS library that products are left to; "none" where our own kernels do them all.
  public static var blas: String { "none" }
}
