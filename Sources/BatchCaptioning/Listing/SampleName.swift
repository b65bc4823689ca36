/// The name of a shard's member as WebDataset splits it: at the first dot of its last component.
struct SampleName: Equatable {
  let key: [UInt8]
  /// Without the dot, in lower case: `jpg`, `seg.png`.
  let fileExtension: String

  /// `nil` for what belongs to no sample: names without a dot and hidden ones.
  init?(_ name: [UInt8]) {
    let start = name.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    guard let dot = name[start...].firstIndex(of: UInt8(ascii: ".")), dot > start else { return nil }
    key = Array(name[..<dot])
    fileExtension = String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// How well it suits as the sample's image, from 0, the best; `nil` where it is none.
  ///
  /// `a.png` before `a.seg.png`, which is most often something else; what can be decoded before what only looks so, and is
  /// there to be told that it cannot.
  func imageRank(decodable: Set<String>, known: Set<String>) -> Int? {
    let last = fileExtension.split(separator: ".").last.map(String.init) ?? ""
    if decodable.contains(fileExtension) { return 0 }
    if decodable.contains(last) { return 1 }
    if known.contains(fileExtension) { return 2 }
    return known.contains(last) ? 3 : nil
  }
}
