/// The name of a shard's member, split as WebDataset does: at the first dot of its last component.
struct SampleName: Equatable {
  let key: [UInt8]
  /// The extension without the dot, in lower case: `jpg`, `seg.png`.
  let fileExtension: String

  /// `nil` for members of no sample: names without a dot and hidden ones.
  init?(_ name: [UInt8]) {
    let start = name.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    guard let dot = name[start...].firstIndex(of: UInt8(ascii: ".")), dot > start else { return nil }
    key = Array(name[..<dot])
    fileExtension = String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// How well the member suits as the sample's image, from 0, the best; `nil` where it is no image.
  ///
  /// `a.png` comes before `a.seg.png`, which is usually something else; decodable formats come before those that are
  /// only known, which are listed so that their failure is reported.
  func imageRank(decodable: Set<String>, known: Set<String>) -> Int? {
    let last = fileExtension.split(separator: ".").last.map(String.init) ?? ""
    if decodable.contains(fileExtension) { return 0 }
    if decodable.contains(last) { return 1 }
    if known.contains(fileExtension) { return 2 }
    return known.contains(last) ? 3 : nil
  }
}
