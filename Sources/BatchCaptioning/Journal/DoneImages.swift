import ModelFiles

/// Treats every image in the journal as done, as many times as it is recorded there.
///
/// An unchanged list is followed record by record. At the first image that differs from the journal's (files came or
/// went), the rest of the journal becomes an index on disk. Memory is constant either way.
final class DoneImages: ResumeList {
  private typealias Found = (image: JournalledImage, offset: Int)

  private let source: ResumeSource
  private var reader: JournalFile.Reader
  private let file: InputFile
  private var expected: Found?
  /// By image, how often it is done and not yet met in the list, and the offset of its record.
  private var index: DiskIndex?
  /// The offset of the last record, for images that have several.
  private var later: DiskIndex?

  init(_ source: ResumeSource) throws {
    self.source = source
    reader = try JournalFile.Reader(path: source.journal, to: source.end)
    file = try InputFile(path: source.journal)
    if source.later > 0 { later = try laterRecords() }
    expected = try next()
  }

  deinit {
    for index in [index, later] { if let index { try? FileSystem.remove(index.path) } }
  }

  func task(_ key: ImageKey, again: (EarlierImage) -> AgainTask?) throws -> ImageTask? {
    guard let own = try take(key) else { return .new }
    var last = own
    if let later, let offset = try later[key] {
      guard case .image(let image) = try JournalFile.record(at: offset, in: file) else {
        throw BatchError.unreadableJournal(path: source.journal)
      }
      last = (image, offset)
    }
    var earlier = EarlierImage(caption: nil, source: last.image.source, outputs: outputs(last))
    switch last.image.outcome {
    case .captioned(let caption): earlier.caption = caption
    case .present: break
    case .failed, .skipped: return nil
    }
    return again(earlier).map { .again($0) }
  }

  /// The outputs that still have the image.
  private func outputs(_ found: Found) -> UInt64 {
    source.forgotten.reduce(found.image.outputs) { outputs, forgotten in
      found.offset < forgotten.value ? outputs & ~(1 << UInt64(forgotten.key)) : outputs
    }
  }

  /// Takes the image's record, so that it is not met again; `nil` where it has none.
  private func take(_ key: ImageKey) throws -> Found? {
    if index == nil {
      guard let expected else { return nil }
      if expected.image.key == key {
        self.expected = try next()
        return expected
      }
      index = try rest()
    }
    guard let entry = try index?[key].map(Entry.init(number:)), entry.count > 0 else { return nil }
    try index?.set(key, to: Entry(count: entry.count - 1, offset: entry.offset).number)
    guard case .image(let image) = try JournalFile.record(at: entry.offset, in: file) else {
      throw BatchError.unreadableJournal(path: source.journal)
    }
    return (image, entry.offset)
  }

  /// An index value: a count and an offset in one number.
  private struct Entry {
    private static let countBits = 20
    var count: Int
    var offset: Int

    init(count: Int, offset: Int) { (self.count, self.offset) = (count, offset) }

    init(number: Int) { self.init(count: number & (1 << Self.countBits - 1), offset: number >> Self.countBits) }

    var number: Int { offset << Self.countBits | min(count, 1 << Self.countBits - 1) }
  }

  private func rest() throws -> DiskIndex {
    let index = try DiskIndex.empty(path: Path.join(source.directory, "done.index"), expected: source.images)
    while let found = expected {
      let before = try index[found.image.key].map(Entry.init(number:))?.count ?? 0
      try index.set(found.image.key, to: Entry(count: before + 1, offset: found.offset).number)
      expected = try next()
    }
    return index
  }

  /// The next record of an image that was done for the first time.
  private func next() throws -> Found? {
    while true {
      let offset = reader.offset
      guard let record = try reader.next() else { return nil }
      if case .image(let image) = record, !image.isRetry, !image.isAgain, !image.isListingProblem {
        return (image, offset)
      }
    }
  }

  private func laterRecords() throws -> DiskIndex {
    let index = try DiskIndex.empty(path: Path.join(source.directory, "later.index"), expected: source.later)
    var reader = try JournalFile.Reader(path: source.journal, to: source.end)
    while true {
      let offset = reader.offset
      guard let record = try reader.next() else { return index }
      guard case .image(let image) = record, image.isRetry || image.isAgain else { continue }
      try index.set(image.key, to: offset)
    }
  }
}
