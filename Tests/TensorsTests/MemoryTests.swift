import CKernels
import Tensors
import Testing

@Suite("Memory")
struct MemoryTests {
  @Test("a little is allowed, and leaves nothing behind")
  func allowed() throws {
    #expect(Memory.allows(1 << 20))
    try Memory.require(1 << 20, for: "a test")
    #expect(ck_can_map(0) == 1)
  }

  @Test(
    "what no machine has is an error that names what for, how much and the remedies", arguments: [1 << 55, Int.max])
  func refused(byteCount: Int) {
    let error = #expect(throws: OutOfMemory.self) {
      try Memory.require(byteCount, for: "a test", remedy: "test less")
    }
    #expect(error?.byteCount == byteCount)
    #expect(error?.description.hasPrefix("out of memory: ") == true)
    #expect(error?.description.contains("MiB for a test cannot be had; raise the limit (ulimit -v") == true)
    #expect(error?.description.hasSuffix("test less") == true)
    #expect(!Memory.allows(byteCount))
  }

  @Test("layers laid out take no more than was foretold", arguments: MatrixPrecision.allCases)
  func preparedByteCount(precision: MatrixPrecision) {
    for (outputs, inputs) in [(1, 4), (33, 64), (100, 576)] {
      let plan = MatrixPlan(packed: precision)
      let number =
        switch precision {
        case .f32: CK_PRECISION_F32
        case .bf16: CK_PRECISION_BF16
        case .int8: CK_PRECISION_INT8
        }
      var shape = ck_packed_floats(Int32(number.rawValue), outputs, inputs)
      let layer = Linear(weight: Tensor(zeros: [outputs, inputs]).stored)
      #expect(BufferPool.capacity(for: ck_packed_size(&shape)) <= layer.preparedByteCount(plan))
    }
  }
}
