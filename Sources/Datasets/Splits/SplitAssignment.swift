/// The split in which each image of a dataset is used.
///
/// Given splits are kept. An image without one is assigned by the hash of its bytes, so that the same photo is on the
/// same side however often it appears, in whatever order and on whatever machine. Where every image has a split and
/// none is for validation, validation images are taken from the training images in the same way.
package struct SplitAssignment: Sendable {
  package enum Origin: String, Sendable, Codable {
    /// Every image is in the split that the dataset gives.
    case given
    /// Some images are; the others were assigned by hash.
    case partlyGiven
    /// The dataset gives no splits: all images were assigned by hash.
    case hashed
  }

  /// An image whose bytes are in several splits, though the dataset treats them as different.
  package struct Duplicate: Sendable, Hashable {
    package let names: [String]
    package let splits: [Split]
  }

  package let origin: Origin
  /// The split of each image of the dataset, in its order.
  package let splits: [Split]
  /// Images that are in more than one split: results measured on them are too good.
  package let duplicatesAcrossSplits: [Duplicate]

  /// - Parameter validation: the share of images without a given split that become validation images. Unless it is 0,
  ///   at least one of several does.
  package init(_ digested: DigestedDataset, validation: Percentage) {
    let images = digested.dataset.images
    var splits = images.map(\.split)
    let hasValidation = splits.contains(.validation)
    let isGiven = splits.allSatisfy { $0 != nil }
    let isUnknown = splits.allSatisfy { $0 == nil }
    // Training images without any validation images are treated as if no split were given.
    let mayMoveTraining = isGiven && !hasValidation && validation.share > 0
    if mayMoveTraining { splits = splits.map { $0 == .train ? nil : $0 } }

    let given = Dictionary(
      zip(digested.digests, splits).compactMap { digest, split in split.map { (digest, $0) } },
      uniquingKeysWith: { first, _ in first })
    let open = splits.indices.filter { splits[$0] == nil }
    let free = open.filter { given[digested.digests[$0]] == nil }
    let smallest = free.map { digested.digests[$0].fraction }.min()
    let largest = free.map { digested.digests[$0].fraction }.max()
    for index in open {
      let digest = digested.digests[index]
      // A copy of the same photo may have been put into a split by name.
      if let split = given[digest] {
        splits[index] = split
        continue
      }
      let isFirst = !hasValidation && validation.share > 0 && digest.fraction == smallest && smallest != largest
      splits[index] = isFirst || digest.fraction < validation.share ? .validation : .train
    }
    let assigned = splits.map { $0 ?? .train }
    self.splits = assigned
    origin = open.isEmpty ? .given : isUnknown ? .hashed : .partlyGiven
    duplicatesAcrossSplits = Self.duplicates(images, digested.digests, assigned)
  }

  /// The indices of the dataset's images in one split.
  package func indices(of split: Split) -> [Int] { splits.indices.filter { splits[$0] == split } }

  private static func duplicates(
    _ images: [CaptionedImage], _ digests: [ImageDigest], _ splits: [Split]
  ) -> [Duplicate] {
    var places: [ImageDigest: [Int]] = [:]
    for (index, digest) in digests.enumerated() { places[digest, default: []].append(index) }
    // In the dataset's order, not the dictionary's.
    return digests.indices.compactMap { index in
      guard let same = places[digests[index]], same.count > 1, same.first == index else { return nil }
      let found = Set(same.map { splits[$0] })
      guard found.count > 1 else { return nil }
      return Duplicate(names: same.map { images[$0].name }, splits: Split.allCases.filter(found.contains))
    }
  }
}
