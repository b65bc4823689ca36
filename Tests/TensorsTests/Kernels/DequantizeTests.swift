import CKernels
import Tensors
import TestSupport
import Testing

@Suite("Dequantisation")
struct DequantizeTests {
  #if !(os(macOS) && arch(x86_64))
    @Test("Every half is converted exactly")
    func halves() {
      for bits in 0...UInt16.max {
        let (expected, found) = (Float(Float16(bitPattern: bits)), ck_float_from_half(bits))
        #expect(expected.isNaN ? found.isNaN : found.bitPattern == expected.bitPattern)
      }
    }
  #endif

  @Test("A bfloat16 is the upper half of a float")
  func bfloat16() {
    let bits: [UInt16] = [0x3f80, 0xc040, 0x0001, 0x7f80, 0x8000]
    let tensor = StoredTensor(
      elementType: .bf16, shape: [5], storage: bits.withUnsafeBytes { StoredTensor.Bytes(copying: $0) })
    #expect(tensor.toFloat32().values.map(\.bitPattern) == bits.map { UInt32($0) << 16 })
  }

  @Test("Doubles are rounded to the nearest float")
  func doubles() {
    let values = [0.1, -1e300, 16_777_217]
    let tensor = StoredTensor(
      elementType: .f64, shape: [3], storage: values.withUnsafeBytes { StoredTensor.Bytes(copying: $0) })
    #expect(tensor.toFloat32().values == [0.1, -.infinity, 16_777_216])
  }

  @Test("Bytes at any alignment give the same numbers", arguments: ElementType.allCases.filter(\.isFloatingPoint))
  func misaligned(type: ElementType) {
    let tensor = StoredTensor.random(type, rows: 2, columns: 256, seed: 4)
    let padded = RawBuffer(byteCount: tensor.storage.count + 1)
    UnsafeMutableRawBufferPointer(rebasing: padded.bytes[1...]).copyMemory(from: tensor.storage.buffer)
    let shifted = StoredTensor(
      elementType: type, shape: tensor.shape,
      storage: StoredTensor.Bytes(pointer: padded.pointer + 1, count: tensor.storage.count, owner: padded))
    #expect(shifted.toFloat32().values.map(\.bitPattern) == tensor.toFloat32().values.map(\.bitPattern))
  }

  @Test("Integers and truth values are no floating-point types")
  func integers() {
    let others: Set<ElementType> = [.i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool]
    #expect(Set(ElementType.allCases.filter { !$0.isFloatingPoint }) == others)
  }
}
