import CKernels
import Foundation

/// What kernels run with is the whole process's choice. Tests that choose, or that compare bits, take turns here; the others
/// need not care, since their results then move by rounding only.
package enum KernelSettings {
  private static let turn = NSLock()

  /// The sets that this processor runs; the one that it takes by itself stands last.
  package static let instructionSets: [String] = turn.withLock {
    let before = String(cString: ck_instruction_set())
    defer { _ = ck_use_instruction_set(before) }
    return ["AVX-512 BF16", "portable", "NEON", "AVX2", "AVX-512"].filter { ck_use_instruction_set($0) != 0 }
  }

  /// Runs `body` on this instruction set (the best one by default) and this number of threads (all by default).
  package static func with<Result>(
    instructionSet: String? = nil, threads: Int? = nil, _ body: () throws -> Result
  ) rethrows -> Result {
    turn.lock()
    let before = (set: String(cString: ck_instruction_set()), threads: ck_threads())
    defer {
      _ = ck_use_instruction_set(before.set)
      ck_set_threads(before.threads)
      turn.unlock()
    }
    if let instructionSet {
      precondition(ck_use_instruction_set(instructionSet) != 0, "this processor lacks \(instructionSet)")
    }
    if let threads { ck_set_threads(Int32(threads)) }
    return try body()
  }
}
