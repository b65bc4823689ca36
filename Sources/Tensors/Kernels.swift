import CKernels

/// The kernels that were chosen for this processor.
public enum Kernels {
  /// Of element-wise and row-wise operations: "AVX-512", "AVX2", "NEON" or "portable".
  public static var instructionSet: String { String(cString: ck_instruction_set()) }
}
