import ModelFiles
import Training

/// Features in memory, of photos known by number.
struct MemoryFeatures: FeatureSource {
  let shape: [Int]
  private var features: [FileHash: [Float]] = [:]

  /// - Parameter features: of the photos 0, 1, …, `tokens * width` numbers each.
  init(shape: [Int], _ features: [[Float]]) {
    self.shape = shape
    for (number, values) in features.enumerated() { self.features[Self.image(number)] = values }
  }

  static func image(_ number: Int) -> FileHash { FileHash.hash(of: Array("photo \(number)".utf8)) }

  mutating func fill(_ number: Int, with value: Float) {
    features[Self.image(number)] = Array(repeating: value, count: shape.reduce(1, *))
  }

  /// Those of a mirror image are backwards.
  func read(_ image: FileHash, flipped: Bool, into destination: UnsafeMutableBufferPointer<Float>) throws {
    guard let values = features[image] else { throw TrainingError.missingFeatures(image: image.hexadecimal) }
    _ = destination.update(fromContentsOf: flipped ? values.reversed() : values)
  }
}
