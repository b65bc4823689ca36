import ImageEncoding
import ModelFiles

/// The encoder families that a manifest can name.
enum EncoderFamily {
  private typealias Loader = @Sendable (_ directory: String) throws -> any VisionEncoder

  private static let loaders: [String: Loader] = [
    "dinov2": { directory in
      try DINOv2(
        configuration: DinoV2Configuration(jsonFile: directory + "/config.json"),
        weights: WeightReader(openSafetensors(directory: directory)))
    }
  ]

  static var names: [String] { loaders.keys.sorted() }

  static func load(_ family: String, from directory: String) throws -> any VisionEncoder {
    guard let load = loaders[family] else {
      throw CaptionerError.unknownFamily(part: "encoder", name: family, known: names)
    }
    return try load(directory)
  }
}
