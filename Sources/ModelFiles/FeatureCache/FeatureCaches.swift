package import Tensors

/// The feature caches of several encoders, read as one: an image's features are those of the first encoder, then those of
/// the second, and so on. Each encoder has a cache of its own, so that another encoder beside it computes none of them anew.
package struct FeatureCaches: Sendable {
  /// The caches in the order of the encoders.
  package let caches: [FeatureCache]
  /// The layout of one image's features.
  package let layout: FeatureLayout

  /// - Parameter layouts: what each cache holds of an image.
  package init(_ caches: [FeatureCache], layouts: [FeatureLayout]) {
    precondition(!caches.isEmpty && caches.map(\.shape) == layouts.map(\.shape), "caches of other shapes")
    self.caches = caches
    layout = FeatureLayout(joining: layouts)
  }

  /// `[tokens, width]`, or `[numbers]` where tokens have several widths.
  package var shape: [Int] { layout.shape }

  /// The directories of the caches, for people.
  package var directories: String { caches.map(\.directory).joined(separator: ", ") }

  /// Whether the features of an image by every encoder are there.
  package func contains(_ image: FileHash, flipped: Bool) -> Bool {
    caches.allSatisfy { $0.contains(image, flipped: flipped) }
  }

  /// The features of an image as 32-bit floats, of `shape`.
  ///
  /// - Returns: `nil` where those of an encoder are not there.
  /// - Throws: as `FeatureCache.stored`.
  package func features(_ image: FileHash, flipped: Bool) throws(FeatureCacheError) -> Tensor? {
    var numbers: [Float] = []
    for cache in caches {
      guard let features = try cache.features(image, flipped: flipped) else { return nil }
      numbers += features.values
    }
    return Tensor(numbers, shape: shape)
  }

  /// Writes the same into the caller's memory, such as a row of a batch.
  ///
  /// - Parameter destination: room for all numbers.
  /// - Returns: whether all were there.
  package func features(
    _ image: FileHash, flipped: Bool, into destination: UnsafeMutableBufferPointer<Float>
  ) throws(FeatureCacheError) -> Bool {
    var start = 0
    for cache in caches {
      let count = cache.shape.reduce(1, *)
      let part = UnsafeMutableBufferPointer(rebasing: destination[start..<start + count])
      guard try cache.features(image, flipped: flipped, into: part) else { return false }
      start += count
    }
    return true
  }
}
