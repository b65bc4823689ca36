import ModelFiles
import Tensors

extension MapperFamily {
  /// The default: learnt queries that read the image's tokens.
  package static let resampler = MapperFamily(
    name: "resampler", summary: "learnt queries read all image tokens through cross-attention (Flamingo's resampler)",
    load: { file, heads, groups throws(ModelFileError) in
      .prefix(try Resampler(file: file, heads: heads, tokenGroups: groups))
    },
    freshParameters: { settings, generator in freshResampler(settings, using: &generator) })
}

private func freshResampler(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) -> ParameterSet {
  let d = settings.width
  var set = ParameterSet()
  set.appendFeatureTokens(settings, using: &generator)
  set.append("q", .normal([settings.prefixLength, d], deviation: 0.5, using: &generator))
  for block in 0..<settings.depth {
    let name = "bl.\(block)"
    for norm in ["n1", "n2", "n3"] { set.appendLayerNorm("\(name).\(norm)", columns: d) }
    set.appendAttention("\(name).sa", width: d, using: &generator)
    set.appendAttention("\(name).ca", width: d, using: &generator)
    for attention in ["sa", "ca"] { set.appendQueryKeyNorm("\(name).\(attention)", dimension: d / settings.heads) }
    set.appendLinear("\(name).ff.0", outputs: 4 * d, inputs: d, using: &generator)
    set.appendLinear("\(name).ff.3", outputs: d, inputs: 4 * d, using: &generator)
  }
  set.appendLayerNorm("no", columns: d)
  set.appendPrefixOutput(settings, using: &generator)
  return set
}
