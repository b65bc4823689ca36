import ModelFiles
import PrefixMapping

/// The mapper families that a manifest can name.
enum MapperFamily {
  private typealias Loader = @Sendable (CaptionerManifest.Mapper, _ path: String) throws -> any PrefixMapper

  private static let loaders: [String: Loader] = [
    "resampler": { mapper, path in
      try Resampler(file: SafetensorsFile(path: path), heads: mapper.heads, tokenGroups: mapper.tokenGroups)
    }
  ]

  static func load(_ mapper: CaptionerManifest.Mapper, from path: String) throws -> any PrefixMapper {
    guard let load = loaders[mapper.family] else {
      throw CaptionerError.unknownFamily(part: "mapper", name: mapper.family, known: loaders.keys.sorted())
    }
    return try load(mapper, path)
  }
}
