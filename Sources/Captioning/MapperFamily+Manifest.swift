import ModelFiles
import PrefixMapping

extension MapperFamily {
  /// The mapper that a manifest names.
  static func load(_ mapper: CaptionerManifest.Mapper, from path: String) throws -> any PrefixMapper {
    guard let family = named(mapper.family) else {
      throw CaptionerError.unknownFamily(part: "mapper", name: mapper.family, known: names.sorted())
    }
    return try family.load(SafetensorsFile(path: path), mapper.heads, mapper.tokenGroups)
  }
}
