package import ModelFiles
package import Tensors

extension Tensor {
  /// The features of each image one after the other.
  ///
  /// - Parameter parts: `[images, …]` each, such as `[images, tokens, width]` of any number of tokens and any width; at least
  ///   one.
  /// - Returns: `[images, …]`, of the layout's shape.
  package static func joiningFeatures(_ parts: [Tensor], layout: FeatureLayout) -> Tensor {
    let images = parts[0].shape[0]
    var out = Tensor(uninitialized: [images, layout.count])
    out.withUnsafeMutableBuffer { target in
      var start = 0
      for part in parts {
        let count = part.shape.dropFirst().reduce(1, *)
        part.withUnsafeBuffer { source in
          for image in 0..<images {
            let (from, to) = (image * count, image * layout.count + start)
            _ = target[to..<to + count].update(fromContentsOf: source[from..<from + count])
          }
        }
        start += count
      }
    }
    return out.reshaped([images] + layout.shape)
  }
}
