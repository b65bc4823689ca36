import Tensors

/// A tensor as its file lists it, also where its element type is not computed with here.
package struct TensorListing: Sendable, Equatable, Encodable {
  package let name: String
  /// The element type, such as `F32` or `Q4_K`.
  package let type: String
  /// Outermost dimension first.
  package let shape: [Int]
  /// `nil` where the size of the type is not known, or the data lie in another file.
  package let byteCount: Int?

  /// The number of elements; saturates where a type that is not supported has dimensions that are not checked.
  package var elementCount: Int {
    shape.reduce(1) { product, dimension in
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      return overflow ? .max : next
    }
  }

  enum CodingKeys: String, CodingKey {
    case name, type, shape
    case byteCount = "bytes"
  }
}

extension TensorListing {
  init(name: String, elementType: ElementType, shape: [Int]) {
    self.init(
      name: name, type: elementType.rawValue.uppercased(), shape: shape,
      byteCount: elementType.byteCount(shape: shape))
  }
}

/// A model file that can say what is in it without handing out any tensor.
protocol ListedTensors: TensorSource {
  /// The tensors in the order of the file.
  var listing: [TensorListing] { get }
}
