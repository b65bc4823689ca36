import Synchronization
package import Tensors

/// Features of images on disk, computed once: looked up by the SHA-256 of the image's bytes, read through memory, added
/// by any number of processes at a time.
///
/// ```
/// <directory>/header.json   format, version, shape and key, for people too: see `FeatureCacheHeader`
/// <directory>/data          records of one size, back to back: [tokens, width] of f16 or f32, little endian, filled up to
///                           a multiple of 64 bytes
/// <directory>/index         one entry a record: see `FeatureIndexEntry`
/// <directory>/lock          held by whoever adds
/// ```
///
/// A record's numbers are written, and brought to the disk, before its entry. So whatever is cut short by a kill, a full
/// disk or a power cut has no whole entry, counts as not there, and is overwritten by what is added next; `data` never
/// becomes shorter, so that memory mapped by readers stays valid. Writers take turns of a batch each in one pair of
/// files, rather than having files of their own: under the lock each first learns what the others added, and nothing is
/// kept twice or needs merging.
package final class FeatureCache: Sendable {
  package let directory: String
  package let key: FeatureCacheKey
  /// The shape of an image's features: `[tokens, width]`, or `[numbers]` where tokens have several widths.
  package let shape: [Int]

  private let layout: Layout
  private let state = Mutex(State())

  private struct State {
    var index = FeatureIndex()
    /// The mapped data, as long as the file was at that time.
    var data: MappedFile?
  }

  struct Layout {
    let elementType: ElementType
    /// Bytes of a record's numbers.
    let byteCount: Int
    /// Bytes from one record to the next.
    let stride: Int

    init(shape: [Int], precision: FeatureCacheKey.Precision) {
      elementType = precision == .f16 ? .f16 : .f32
      byteCount = shape.reduce(1, *) * elementType.blockBytes
      stride = (byteCount + 63) / 64 * 64
    }

    func offset(_ number: Int) -> Int { number * stride }

    /// The number of records that a file of this size holds whole.
    func available(inFileOf fileBytes: Int) -> Int {
      fileBytes < byteCount ? 0 : (fileBytes - byteCount) / stride + 1
    }
  }

  /// Opens the cache of `key`, or makes an empty one.
  ///
  /// - Parameters:
  ///   - directory: a directory of this key alone, such as `ModelStore.featuresDirectory(for:)`.
  ///   - shape: `[tokens, width]`, or `[numbers]` where tokens have several widths.
  /// - Throws: `FeatureCacheError`, also where the directory holds features of another key, shape or version.
  package init(directory: String, key: FeatureCacheKey, shape: [Int]) throws(FeatureCacheError) {
    precondition((1...2).contains(shape.count) && shape.allSatisfy { $0 > 0 }, "no [tokens, width]: \(shape)")
    self.directory = directory
    self.key = key
    self.shape = shape
    layout = Layout(shape: shape, precision: key.precision)
    let header = FeatureCacheHeader(shape: shape, key: key)
    if try !header.isPresent(in: directory) {
      try Self.writing { () throws(FileSystemError) in try FileSystem.createDirectory(directory) }
      let lock = try Self.writing { () throws(FileSystemError) in try FileLock.wait(path: lockPath) }
      defer { withExtendedLifetime(lock) {} }
      // Another process may have been faster.
      if try !header.isPresent(in: directory) {
        guard !fileExists(indexPath) else { throw .noHeader(directory: directory) }
        try header.write(to: directory)
      }
    }
    try refresh()
  }

  private var dataPath: String { Path.join(directory, "data") }
  private var indexPath: String { Path.join(directory, "index") }
  private var lockPath: String { Path.join(directory, "lock") }

  /// How many images' features are there; a mirrored image counts as another.
  package var count: Int { state.withLock { $0.index.records.count } }

  /// Whether the features of an image are there, as far as is known: see `refresh()`.
  package func contains(_ image: FileHash, flipped: Bool) -> Bool {
    state.withLock { $0.index.records[FeatureCacheImage(hash: image, isFlipped: flipped)] != nil }
  }

  /// Takes in what other processes have added. Adding does so, too.
  ///
  /// - Throws: `FeatureCacheError.cannotRead`.
  package func refresh() throws(FeatureCacheError) {
    try state.withLock { (state) throws(FeatureCacheError) in try update(&state.index) }
  }

  private func update(_ index: inout FeatureIndex) throws(FeatureCacheError) {
    do {
      // The index first: the records that it lists are in the data already.
      let entries = try InputFile(path: indexPath)
      let data = try InputFile(path: dataPath)
      try index.update(from: entries, available: layout.available(inFileOf: data.byteCount))
    } catch {
      // No file yet: nothing was added.
      if case .notFound = error { return }
      throw .cannotRead(path: indexPath, reason: error.reason)
    }
  }

  /// The features of an image as they are stored, `[tokens, width]`, in memory shared with the file.
  ///
  /// - Returns: `nil` where they are not there.
  /// - Throws: `FeatureCacheError.damaged` where they are not what was written, `.cannotRead`.
  package func stored(_ image: FileHash, flipped: Bool) throws(FeatureCacheError) -> StoredTensor? {
    let found = try state.withLock { (state) throws(FeatureCacheError) -> (MappedFile, FeatureIndex.Record)? in
      guard let record = state.index.records[FeatureCacheImage(hash: image, isFlipped: flipped)] else { return nil }
      return (try map(record.number, in: &state), record)
    }
    guard let (data, record) = found else { return nil }
    let start = layout.offset(record.number)
    let bytes = data.bytes[start..<start + layout.byteCount]
    let checksum = withExtendedLifetime(bytes) { CRC32.checksum(bytes.buffer) }
    guard checksum == record.checksum else { throw .damaged(path: dataPath, image: image) }
    return StoredTensor(elementType: layout.elementType, shape: shape, storage: bytes)
  }

  /// The features of an image as 32-bit floats, `[tokens, width]`.
  ///
  /// - Returns: `nil` where they are not there.
  /// - Throws: as `stored`.
  package func features(_ image: FileHash, flipped: Bool) throws(FeatureCacheError) -> Tensor? {
    try stored(image, flipped: flipped)?.toFloat32()
  }

  /// Writes the same into the caller's memory, such as a row of a batch.
  ///
  /// - Parameter destination: room for `tokens * width` numbers.
  /// - Returns: whether they were there.
  package func features(
    _ image: FileHash, flipped: Bool, into destination: UnsafeMutableBufferPointer<Float>
  ) throws(FeatureCacheError) -> Bool {
    guard let stored = try stored(image, flipped: flipped) else { return false }
    stored.copyFloat32(to: destination)
    return true
  }

  private func map(_ number: Int, in state: inout State) throws(FeatureCacheError) -> MappedFile {
    if let data = state.data, number < layout.available(inFileOf: data.bytes.count) { return data }
    let data: MappedFile
    do {
      data = try MappedFile(path: dataPath)
    } catch {
      throw .cannotRead(path: dataPath, reason: error.description)
    }
    guard number < layout.available(inFileOf: data.bytes.count) else {
      throw .cannotRead(
        path: dataPath, reason: "it became shorter; remove its directory, and features are computed anew")
    }
    state.data = data
    return data
  }

  /// One image's features to be added.
  package struct Addition: Sendable {
    package let image: FileHash
    package let isFlipped: Bool
    /// `[tokens, width]`.
    package let features: Tensor

    package init(image: FileHash, isFlipped: Bool, features: Tensor) {
      self.image = image
      self.isFlipped = isFlipped
      self.features = features
    }
  }

  /// Adds features, rounded to the cache's precision; those of images that are there already are left out. When it
  /// returns, no kill loses them. When it throws, some may have been added, and nothing from before is lost.
  ///
  /// - Throws: `FeatureCacheError.cannotWrite` where the disk is full among other things, `.wrongShape`,
  ///   `.notRepresentable`.
  package func append(_ additions: [Addition]) throws(FeatureCacheError) {
    var records: [(entry: FeatureIndexEntry, numbers: StoredTensor.Bytes)] = []
    for addition in additions {
      let numbers = try encode(addition)
      let image = FeatureCacheImage(hash: addition.image, isFlipped: addition.isFlipped)
      let checksum = withExtendedLifetime(numbers) { CRC32.checksum(numbers.buffer) }
      records.append((FeatureIndexEntry(image: image, checksum: checksum), numbers))
    }
    let lock = try Self.writing { () throws(FileSystemError) in try FileLock.wait(path: lockPath) }
    defer { withExtendedLifetime(lock) {} }
    try state.withLock { (state) throws(FeatureCacheError) in
      try update(&state.index)
      var images = Set<FeatureCacheImage>()
      let new = records.filter { record in
        state.index.records[record.entry.image] == nil && images.insert(record.entry.image).inserted
      }
      if new.isEmpty { return }
      let first = state.index.count
      try Self.writing { () throws(FileSystemError) in try write(new, from: first) }
      for (number, record) in new.enumerated() { state.index.add(record.entry, number: first + number) }
    }
  }

  private func write(
    _ records: [(entry: FeatureIndexEntry, numbers: StoredTensor.Bytes)], from first: Int
  ) throws(FileSystemError) {
    let index = try RecordFile(path: indexPath)
    // Entries that an interrupted writer left must not come to stand for data that is written now.
    try index.truncate(to: first * FeatureIndexEntry.byteCount)
    let data = try RecordFile(path: dataPath)
    for (number, record) in records.enumerated() {
      defer { withExtendedLifetime(record.numbers) {} }
      try data.write(record.numbers.buffer, at: layout.offset(first + number))
    }
    try data.synchronize()
    let entries = StoredTensor.Bytes(copying: records.flatMap(\.entry.bytes))
    defer { withExtendedLifetime(entries) {} }
    try index.write(entries.buffer, at: first * FeatureIndexEntry.byteCount)
  }

  private func encode(_ addition: Addition) throws(FeatureCacheError) -> StoredTensor.Bytes {
    guard addition.features.shape == shape else {
      throw .wrongShape(directory: directory, found: addition.features.shape, expected: shape)
    }
    // Numbers that would be rounded to infinity are lost: an error is better than training on them.
    let limit: Float = layout.elementType == .f16 ? 65520 : .infinity
    let unfit = addition.features.withUnsafeBuffer { $0.first { !($0.magnitude < limit) } }
    if let unfit { throw .notRepresentable(image: addition.image, value: unfit, precision: key.precision) }
    return (layout.elementType == .f16 ? addition.features.storedAsHalf : addition.features.stored).storage
  }

  private static func writing<Result>(
    _ body: () throws(FileSystemError) -> Result
  ) throws(FeatureCacheError) -> Result {
    do {
      return try body()
    } catch {
      throw .cannotWrite(error)
    }
  }
}
