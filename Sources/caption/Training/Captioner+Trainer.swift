import Captioning
import ModelFiles
import PrefixMapping
import Tensors
import TextDecoding
import Training

extension Captioner {
  /// A trainer that continues from this captioner's own mapper.
  func trainer(_ settings: MapperTrainer.Settings, precision: MatrixPrecision) throws -> MapperTrainer {
    let family = try MapperFamily.named(manifest: manifest.mapper)
    let file = try SafetensorsFile(path: files.mapper)
    return MapperTrainer(
      decoder: try decoder.preparedForTraining(precision), family: family, heads: manifest.mapper.heads,
      tokenGroups: manifest.mapper.tokenGroups, parameters: try ParameterSet(file: file), settings: settings)
  }
}
