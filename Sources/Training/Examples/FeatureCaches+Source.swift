package import ModelFiles

extension FeatureCaches: FeatureSource {
  package func read(_ image: FileHash, flipped: Bool, into destination: UnsafeMutableBufferPointer<Float>) throws {
    if try !features(image, flipped: flipped, into: destination) {
      throw TrainingError.missingFeatures(image: image.hexadecimal)
    }
  }
}
