import ImageEncoding
import Tensors
import Testing

@Suite("Mirroring")
struct TensorMirroringTests {
  @Test("left and right are exchanged, rows and channels stay")
  func mirrored() {
    let tensor = Tensor((0..<12).map(Float.init), shape: [2, 2, 3])
    #expect(tensor.mirrored.shape == [2, 2, 3])
    #expect(tensor.mirrored.values == [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9])
  }
}
