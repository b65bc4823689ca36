import ModelFiles

/// The parts of a captioner, or of a pair of the user's own models.
struct CaptionerInspection: Encodable {
  private struct Encoder: Encodable {
    let name: String
    let family: String
    let path: String
    let sha256: FileHash
    let features: String
    let preprocessing: CaptionerManifest.Preprocessing
    let origin: String?
  }

  /// The path of the manifest.
  let path: String
  let name: String
  private let encoders: [Encoder]
  private let decoder: CaptionerManifest.Decoder
  private let mapper: CaptionerManifest.Mapper?
  private let trainingData: String?
  private let license: String?

  /// - Parameter place: a directory with a manifest, or the name of a captioner or of a pair if no such file exists.
  /// - Returns: `nil` where it is neither.
  /// - Throws: `CaptionerManifestError`.
  init?(named place: String) throws {
    var directory = place
    if !FileSystem.isDirectory(place), !FileSystem.isRegularFile(place) {
      let store = try ModelStore()
      guard let found = store.pairDirectory(of: place) ?? (try? CaptionerLocator(store: store).directory(of: place))
      else {
        return nil
      }
      directory = found
    }
    if FileSystem.isRegularFile(Path.join(directory, CaptionerManifest.fileName)) {
      let manifest = try CaptionerManifest(directory: directory)
      path = Path.join(directory, CaptionerManifest.fileName)
      name = manifest.name
      encoders = Self.encoders(manifest.encoders)
      decoder = manifest.decoder
      mapper = manifest.mapper
      (trainingData, license) = (manifest.trainingData, manifest.license)
    } else if FileSystem.isRegularFile(Path.join(directory, BasePair.fileName)) {
      let pair = try BasePair(directory: directory)
      path = Path.join(directory, BasePair.fileName)
      name = pair.name
      encoders = Self.encoders(pair.encoders)
      decoder = pair.decoder
      (mapper, trainingData, license) = (nil, nil, nil)
    } else {
      return nil
    }
  }

  private static func encoders(_ encoders: [CaptionerManifest.Encoder]) -> [Encoder] {
    zip(encoders, encoders.names).map { encoder, name in
      Encoder(
        name: name, family: encoder.family, path: encoder.path, sha256: encoder.sha256,
        features: FeatureList.description([encoder]), preprocessing: encoder.preprocessing, origin: encoder.origin)
    }
  }

  var text: String {
    var text = "\(path): \(mapper == nil ? "pair" : "captioner") \(name)\n"
    for encoder in encoders {
      let input = encoder.preprocessing
      text += "encoder \(encoder.name)\n"
      text += TextTable.text(
        [
          ["family", encoder.family], ["path", encoder.path], ["sha256", encoder.sha256.hexadecimal],
          ["input", "\(input.width)x\(input.height), \(input.resizeMode), \(input.resample)"],
          ["features", encoder.features],
        ] + Self.row("origin", encoder.origin))
    }
    if let mapper {
      text += "mapper\n"
      text += TextTable.text([
        ["family", mapper.family], ["path", mapper.path], ["sha256", mapper.sha256.hexadecimal],
        ["token groups", mapper.tokenGroups.map(String.init).joined(separator: ", ")],
      ])
    }
    text += "decoder\n"
    text += TextTable.text(
      [["family", decoder.family], ["path", decoder.path], ["sha256", decoder.sha256.hexadecimal]]
        + Self.row("origin", decoder.origin))
    let about = Self.row("trained on", trainingData) + Self.row("licence", license)
    return about.isEmpty ? text : text + "about\n" + TextTable.text(about)
  }

  private static func row(_ label: String, _ value: String?) -> [[String]] { value.map { [[label, $0]] } ?? [] }
}
