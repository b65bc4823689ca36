package import ModelFiles
package import PrefixMapping

extension MapperFamily {
  /// The family that a manifest names.
  ///
  /// - Throws: `CaptionerError.unknownFamily`.
  package static func named(manifest: CaptionerManifest.Mapper) throws(CaptionerError) -> MapperFamily {
    guard let family = named(manifest.family) else {
      throw .unknownFamily(part: "mapper", name: manifest.family, known: names.sorted())
    }
    return family
  }

  /// The mapper that a manifest names.
  static func load(_ mapper: CaptionerManifest.Mapper, from path: String) throws -> PrefixMapping.Mapper {
    try named(manifest: mapper).load(SafetensorsFile(path: path), mapper.heads, mapper.tokenGroups)
  }
}
