import Tensors
import TestSupport
import Testing

@Suite("Halves")
struct HalfTests {
  private func halves(_ values: [Float]) -> [UInt16] {
    let storage = Tensor(values, shape: [values.count]).storedAsHalf.storage
    return withExtendedLifetime(storage) { Array(storage.buffer.bindMemory(to: UInt16.self)) }
  }

  #if !(os(macOS) && arch(x86_64))
    @Test("every half, and what lies between it and the next, is rounded to nearest, ties to even")
    func rounding() {
      var values: [Float] = []
      for bits in 0..<UInt16(0x7C00) {
        let value = Float(Float16(bitPattern: bits))
        // Half way to the next, beyond the largest as well; exact in 32 bits.
        let middle = value + Float(Float16(bitPattern: bits).ulp) / 2
        values += [value, middle.nextDown, middle, middle.nextUp].flatMap { [$0, -$0] }
      }
      let differing = zip(values, halves(values)).filter { Float16($0).bitPattern != $1 }
      #expect(differing.isEmpty, "\(differing.prefix(3))")
    }

    @Test("floats of every magnitude become the nearest half")
    func magnitudes() {
      var generator = SplitMix(seed: 3)
      let values = (0..<100_000).map { _ in Float(bitPattern: UInt32.random(in: 0...(.max), using: &generator)) }
        .filter { !$0.isNaN }
      let differing = zip(values, halves(values)).filter { Float16($0).bitPattern != $1 }
      #expect(differing.isEmpty, "\(differing.prefix(3))")
    }
  #endif

  @Test("what is too large becomes infinite, and NaN stays NaN")
  func extremes() {
    let found = halves([65519, 65520, -.greatestFiniteMagnitude, .infinity, .leastNonzeroMagnitude])
    #expect(found == [0x7BFF, 0x7C00, 0xFC00, 0x7C00, 0])
    let nan = Tensor([.nan, -.nan, Float(bitPattern: 0x7F80_0001)], shape: [3])
    #expect(nan.storedAsHalf.toFloat32().values.filter(\.isNaN).count == 3)
  }
}
