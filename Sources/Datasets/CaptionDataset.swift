/// Images with captions, in the order of the dataset: the images' locations, not their bytes.
package struct CaptionDataset: Sendable {
  /// The name of the format that was read: `WebDataset tar shards`.
  package let format: String
  package let images: [CaptionedImage]
  /// Every sample that cannot be used, by name.
  package let damaged: [DamagedSample]

  /// The names of images that lead out of the dataset's folder, such as `../a.jpg`.
  package var namesOutside: [String] {
    images.map(\.name).filter { $0.hasPrefix("../") || $0.contains("/../") }
  }

  package init(format: String, images: [CaptionedImage], damaged: [DamagedSample]) {
    self.format = format
    self.images = images
    self.damaged = damaged
  }

  /// Reads the dataset at `path`, whose format is found from its content. Captions in separate places that belong to
  /// one image in one split are merged. It does not check that images decode.
  ///
  /// - Parameters:
  ///   - path: a directory, an annotation file, a tar shard or a pattern of shards (`name-{000000..000007}.tar`).
  ///   - imageDirectory: where the images of annotation files are, if not in one of the usual places beside them.
  ///   - columns: the columns of images' names and captions, if they have unusual names.
  ///   - onProgress: called every thousand samples and at the end with how many were found so far.
  package init(
    path: String, imageDirectory: String? = nil, columns: CaptionColumns = CaptionColumns(),
    onProgress: (Int) -> Void = { _ in }
  ) throws(DatasetError) {
    var images = MergedImages()
    var damaged: [DamagedSample] = []
    var count = 0
    let format = try Self.forEachSample(path: path, imageDirectory: imageDirectory, columns: columns) { sample in
      switch sample {
      case .image(let image): images.add(image)
      case .damaged(let sample): damaged.append(sample)
      }
      count += 1
      if count.isMultiple(of: 1000) { onProgress(count) }
    }
    guard count > 0 else { throw .noSamples(path: path, format: format) }
    onProgress(count)
    self.init(format: format, images: images.images, damaged: damaged)
  }

  /// Passes on one sample after the other as they are read, without keeping them: an image that comes again, with
  /// another caption, is another sample.
  ///
  /// - Returns: the name of the format.
  /// - Throws: `DatasetError`; what `body` throws.
  @discardableResult
  package static func forEachSample(
    path: String, imageDirectory: String? = nil, columns: CaptionColumns = CaptionColumns(),
    _ body: (DatasetSample) throws(DatasetError) -> Void
  ) throws(DatasetError) -> String {
    let source = try DatasetSource(path: path, imageDirectory: imageDirectory, columns: columns)
    let reader = try DatasetFormats.reader(of: source)
    try reader.read(into: body)
    return type(of: reader).name
  }
}
