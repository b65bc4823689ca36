extension [CaptionerManifest.Encoder] {
  /// The name of each in `--features` and in messages: its own, or its family's; where several would have the same
  /// name, the second gets `-2` behind it, and so on.
  package var names: [String] {
    var names: [String] = []
    for encoder in self {
      let wanted = encoder.name ?? encoder.family
      var (name, number) = (wanted, 1)
      while names.contains(name) {
        number += 1
        name = "\(wanted)-\(number)"
      }
      names.append(name)
    }
    return names
  }

  /// The same encoders, each under the name that it has among several. One alone needs none.
  package var named: [CaptionerManifest.Encoder] {
    zip(self, names).map { encoder, name in
      var encoder = encoder
      encoder.name = count == 1 ? nil : name
      return encoder
    }
  }

  /// Where the encoder of this index stands in a manifest: `encoder` where it is the only one, otherwise `encoders[0]`.
  func key(_ index: Int) -> String { count == 1 ? "encoder" : "encoders[\(index)]" }

  /// - Parameter path: the path of the manifest.
  func check(_ path: String) throws(CaptionerManifestError) {
    try ManifestFile.require(!isEmpty, path, "encoders", "at least one encoder")
    for (index, encoder) in enumerated() {
      try encoder.check(path, key: key(index))
      // A name is written before a colon, and must not look like the number of a layer.
      guard let name = encoder.name else { continue }
      let isPlain =
        !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
      try ManifestFile.require(
        isPlain && Int(name) == nil, path, "\(key(index)).name", "letters, digits, '-', '_' and '.', and no number")
    }
    let names = compactMap(\.name)
    try ManifestFile.require(Set(names).count == names.count, path, "encoders", "names that differ")
  }
}
