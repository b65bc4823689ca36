import Datasets
import Logging

/// A dataset whose photos have all been read once and assigned to splits.
struct SplitDataset {
  let named: NamedDataset
  let digested: DigestedDataset
  let assignment: SplitAssignment

  /// - Parameters:
  ///   - splits: the wanted splits, for the log.
  ///   - validation: the share of photos to validate with where the data have no validation split.
  /// - Throws: `DatasetError`; `CancellationError`.
  init(
    _ named: NamedDataset, splits: [Split], validation: Percentage, budget: DamageBudget, log: Logger
  ) throws {
    self.named = named
    let dataset = try CaptionDataset(path: named.path, imageDirectory: named.images, columns: named.columns)
    digested = try DigestedDataset(reading: dataset)
    try budget.check(digested.dataset)
    assignment = SplitAssignment(digested, validation: validation)
    let counts = splits.map { "\(assignment.indices(of: $0).count) for \($0.rawValue)" }
    log.info("\(named.path): \(digested.dataset.format), photos: \(counts.joined(separator: ", "))")
    let outside = dataset.namesOutside
    if let first = outside.first {
      log.warning("\(named.path): names of \(outside.count) images lead out of its folder, such as \(first)")
    }
    for duplicate in assignment.duplicatesAcrossSplits.prefix(5) {
      log.warning("the same photo is in several splits: \(duplicate.names.joined(separator: ", "))")
    }
  }

  /// The indices of training photos that another dataset keeps for validation or test.
  func trainingPhotosHeldOut(by others: [SplitDataset]) -> Set<Int> {
    let held = Set(
      others.flatMap { other in
        other.assignment.splits.indices.filter { other.assignment.splits[$0] != .train }.map {
          other.digested.digests[$0]
        }
      })
    return Set(assignment.indices(of: .train).filter { held.contains(digested.digests[$0]) })
  }
}
