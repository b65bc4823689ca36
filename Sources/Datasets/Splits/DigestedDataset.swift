/// A dataset whose images have all been read once.
package struct DigestedDataset: Sendable {
  /// The dataset without the images that could not be read; those are among its damaged samples.
  package let dataset: CaptionDataset
  /// The digest of each image of `dataset`, in its order.
  package let digests: [ImageDigest]

  /// - Parameter onProgress: called after every image with the number of images read so far.
  /// - Throws: `CancellationError` if the task is cancelled meanwhile.
  package init(reading dataset: CaptionDataset, onProgress: (Int) -> Void = { _ in }) throws(CancellationError) {
    var images: [CaptionedImage] = []
    var digests: [ImageDigest] = []
    var damaged = dataset.damaged
    images.reserveCapacity(dataset.images.count)
    digests.reserveCapacity(dataset.images.count)
    for (index, image) in dataset.images.enumerated() {
      if Task.isCancelled { throw CancellationError() }
      do throws(DatasetError) {
        digests.append(ImageDigest(of: try image.image.bytes()))
        images.append(image)
      } catch {
        damaged.append(DamagedSample(name: image.name, reason: error.description))
      }
      onProgress(index + 1)
    }
    self.dataset = CaptionDataset(format: dataset.format, images: images, damaged: damaged)
    self.digests = digests
  }
}
