import ModelFiles

/// A web page with captions and thumbnails: a stable sample of them where there are very many, and every failure.
///
/// While a run lasts, a file collects what the page will show; `finish` makes the page from it, and until then there is
/// a page without images. The file stays, whether the run was interrupted or reached its end: a later run of the same
/// command continues from it. It holds what the sample wanted when it came (of a million images about 14,000, some 120
/// MB) and the failures. Memory holds a few bytes for each image of the sample, whatever the number of images or
/// failures; after a retry of failed images, some bytes for each that was done again.
package final class GalleryOutput: BatchOutput {
  /// The sample, which tells the stages that prepare images which thumbnails are wanted.
  package let sample: GallerySample

  private let path: String
  private let heading: GalleryHeading
  private let items: GalleryItemsFile
  /// The offset at which this run's records begin.
  private let start: Int
  /// The number of images captioned or failed; retried images of earlier runs are counted again.
  private var rows: Int
  private var counts = Counts()

  /// The numbers of records in the file.
  private struct Counts {
    /// Failures of all kinds, whether or not they still count.
    var failures = 0
    /// Failures that still count.
    var current = 0
  }

  /// The most captioned images that the page shows.
  package static let sampleSize = 2000

  /// The path of the file beside a page.
  package static func itemsPath(_ path: String) -> String { path + ".gallery-items" }

  /// - Parameters:
  ///   - path: the path of the page, which is replaced when it is written.
  ///   - position: where an earlier run stopped; `nil` begins anew.
  ///   - itemsPath: the path of the file from which the page is made; by default beside it.
  /// - Throws: `FileSystemError`; `BatchError.shortOutput` where that file is not what the journal says.
  package init(
    path: String, position: OutputPosition?, heading: GalleryHeading, sampleSize: Int = GalleryOutput.sampleSize,
    itemsPath: String? = nil
  ) throws {
    self.path = path
    self.heading = heading
    sample = GallerySample(capacity: sampleSize)
    let existing = position?.byteCount ?? 0
    items = try GalleryItemsFile(path: itemsPath ?? Self.itemsPath(path), existing: existing)
    rows = existing > 0 ? position?.rows ?? 0 : 0
    start = items.byteCount
    var scan = try items.scan()
    while let (record, offset) = try scan.next() { count(record, offset) }
    // At once, so that an unwritable place is known before anything is captioned.
    if existing == 0 || !FileSystem.isRegularFile(path) { try writePage() }
  }

  package func write(_ image: FinishedImage) throws {
    let rank = GallerySample.rank(of: image.path)
    let item = GalleryItem(image)
    if item != nil, image.replaced == nil { rows += 1 }
    var record = GalleryRecord(kind: .settled, isRetry: image.isRetry, replaces: image.replaced != nil, rank: rank)
    var payload: [UInt8] = []
    switch item?.content {
    case .captioned where sample.wants(rank: rank):
      record.kind = .captioned
      payload = item?.payload ?? []
    case .failed(let failure):
      record.kind = failure.stage == .list ? .unlisted : .failed
      payload = item?.payload ?? []
    default:
      if !image.isRetry, image.replaced == nil { return }
    }
    let offset = try items.append(record, payload: payload)
    count(record, offset)
  }

  private func count(_ record: GalleryRecord, _ offset: Int) {
    if record.isRetry { counts.current -= 1 }
    if record.replaces { sample.remove(rank: record.rank) }
    switch record.kind {
    case .captioned: sample.insert(rank: record.rank, offset: offset)
    case .failed:
      counts.failures += 1
      counts.current += 1
    case .unlisted:
      counts.failures += 1
      if offset >= start { counts.current += 1 }
    case .settled: break
    }
  }

  package func flush() throws -> OutputPosition {
    try items.synchronize()
    return OutputPosition(byteCount: items.byteCount, rows: rows)
  }

  package func finish() throws {
    _ = try flush()
    try writePage()
  }

  private func writePage() throws(FileSystemError) {
    let counts = GalleryCounts(
      captioned: max(rows - counts.failures, sample.count), shown: sample.count, failed: max(counts.current, 0))
    try FileSystem.writeAtomically(to: path) { (file) throws(FileSystemError) in
      let page = try GalleryPage(file, at: path, heading: heading, counts: counts)
      for offset in sample.offsets { try page.add(items.item(at: offset)) }
      try forEachFailure { (offset) throws(FileSystemError) in try page.add(items.item(at: offset)) }
      try page.finish()
    }
  }

  /// The failures that still count. For each rank, the earliest failures are skipped, as many as were retried.
  private func forEachFailure(_ body: (_ offset: Int) throws(FileSystemError) -> Void) throws(FileSystemError) {
    var retried: [UInt64: Int] = [:]
    var scan = try items.scan()
    while let (record, _) = try scan.next() {
      if record.isRetry { retried[record.rank, default: 0] += 1 }
    }
    scan = try items.scan()
    while let (record, offset) = try scan.next() {
      switch record.kind {
      case .failed:
        if let left = retried[record.rank], left > 0 {
          retried[record.rank] = left - 1
        } else {
          try body(offset)
        }
      case .unlisted: if offset >= start { try body(offset) }
      case .captioned, .settled: break
      }
    }
  }
}
