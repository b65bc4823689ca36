package import ModelFiles
package import PrefixMapping
import Tensors

/// Writes the result of training as a captioner's directory: `captioner.json` and `mapper.safetensors`, which holds
/// only the trained tensors, as halves.
package struct TrainedCaptioner: Sendable {
  package static let mapperName = "mapper.safetensors"

  package let manifest: CaptionerManifest
  package let plan: TrainingPlan

  /// - Parameter manifest: the manifest of the base models and their settings; the mapper's hash is filled in.
  package init(manifest: CaptionerManifest, plan: TrainingPlan) {
    self.manifest = manifest
    self.plan = plan
  }

  /// Writes the mapper first, then the manifest with its hash: a captioner that is read in between is refused, never
  /// mixed.
  ///
  /// - Parameter scores: the mapper's scores, for people.
  /// - Throws: `ModelFileError.cannotWrite`, `FileSystemError`.
  package func write(
    _ parameters: ParameterSet, scores: [String: String], toDirectory directory: String
  ) throws {
    var metadata = scores
    for (index, encoder) in manifest.encoders.enumerated() {
      metadata["encoder\(index == 0 ? "" : "_\(index + 1)")_sha256"] = encoder.sha256.hexadecimal
    }
    metadata["decoder_sha256"] = manifest.decoder.sha256.hexadecimal
    metadata["recipe"] = try StableJSON.line(plan)
    let path = Path.join(directory, Self.mapperName)
    let family = MapperFamily.named(manifest.mapper.family)
    let finished = try family?.finished(parameters) ?? parameters
    try SafetensorsWriter.write(
      finished.parameters.map { ($0.name, $0.tensor.storedAsHalf) }, metadata: metadata, to: path)
    var manifest = manifest
    manifest.mapper.path = Self.mapperName
    manifest.mapper.sha256 = try FileHash(ofFile: path)
    try manifest.write(toDirectory: directory)
  }
}
