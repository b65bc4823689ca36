/// How much of a dataset may be damaged before it is better to stop than to continue without the damaged samples.
package struct DamageBudget: Sendable, Hashable {
  package let maximumShare: Percentage

  package init(maximumShare: Percentage) { self.maximumShare = maximumShare }

  /// - Parameter sampleCount: the number of all samples, including the damaged ones.
  /// - Throws: `DatasetError.tooMuchDamage`, which lists the damaged samples.
  package func check(_ damaged: [DamagedSample], of sampleCount: Int) throws(DatasetError) {
    guard Double(damaged.count) > maximumShare.share * Double(sampleCount) else { return }
    throw .tooMuchDamage(damaged: damaged, sampleCount: sampleCount, maximumShare: maximumShare)
  }

  /// The same check for the result of a dataset's reader.
  package func check(_ dataset: CaptionDataset) throws(DatasetError) {
    try check(dataset.damaged, of: dataset.images.count + dataset.damaged.count)
  }
}
