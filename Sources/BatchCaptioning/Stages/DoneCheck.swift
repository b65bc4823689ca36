import Captioning
import SystemPackage

/// Says which images done by earlier runs are wanted again: those that an output lacks, whose sidecar is gone, or whose
/// file has changed.
package struct DoneCheck: Sendable {
  /// The run's outputs, as bits: each is to have every image.
  package var outputs: UInt64 = 0
  /// The paths of those outputs that are sidecars.
  package var sidecars: [(output: UInt64, paths: SidecarPaths)] = []
  /// The places by which images are known; `nil` knows images by their listed paths, and does not look at their files.
  package var places: RelativePlaces?
  /// The shard that was checked last.
  private var shard: (path: FilePath, stamp: FileStamp?)?

  package init() {}

  mutating func key(_ image: ListedImage) -> ImageKey {
    guard var places else { return ImageKey(image) }
    defer { self.places = places }
    return ImageKey(image, &places)
  }

  /// - Returns: `nil` where the image is done for good.
  mutating func task(_ image: ListedImage, _ earlier: EarlierImage) -> AgainTask? {
    var lacking = outputs & ~earlier.outputs
    // Where the captioner was not sure, there is no sidecar.
    if earlier.caption?.judgement.reason == nil {
      for index in sidecars.indices where sidecars[index].paths.isGone(image) { lacking |= sidecars[index].output }
    }
    guard lacking != 0 || isChanged(image, earlier) else { return nil }
    return AgainTask(earlier: earlier, lacking: lacking)
  }

  /// Whether the file's size or time has changed. A file whose status cannot be read is reported when it is read.
  private mutating func isChanged(_ image: ListedImage, _ earlier: EarlierImage) -> Bool {
    guard places != nil, let before = earlier.source?.stamp, let now = stamp(image) else { return false }
    return now != before
  }

  private mutating func stamp(_ image: ListedImage) -> FileStamp? {
    guard case .shardSample(let sample) = image.content else { return FileStamp(image.path) }
    if let shard, shard.path == sample.shard { return shard.stamp }
    let stamp = FileStamp(sample.shard)
    shard = (sample.shard, stamp)
    return stamp
  }
}

extension ImageTask {
  var isAgain: Bool { if case .again = self { true } else { false } }
}
