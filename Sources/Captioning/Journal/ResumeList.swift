import ModelFiles

/// Which images of the list are left to do.
package protocol ResumeList: AnyObject {
  /// - Parameter key: of each image of the list, in its order.
  /// - Returns: `nil` where nothing is left to do; else whether the image was done before and failed.
  func task(_ key: ImageKey) throws -> ImageTask?
}

/// Where a journal's records of earlier runs stand.
package struct ResumeSource: Sendable {
  let journal: String
  let end: Int
  /// For indexes.
  let directory: String
  /// How many records of images there are, and how many failures count.
  let images: Int
  let failed: Int

  /// - Parameter retriesErrors: those that failed, and none but those, are to be done.
  package func list(retriesErrors: Bool) throws -> any ResumeList {
    if images == 0 { return NothingDone(takesNew: !retriesErrors) }
    return retriesErrors
      ? try FailedImages(journal: journal, end: end, directory: directory, expected: failed)
      : try DoneImages(journal: journal, end: end, directory: directory, expected: images)
  }
}

package enum ImageTask: Sendable, Equatable {
  case new, retry
}

/// There were no runs before.
package final class NothingDone: ResumeList {
  private let takesNew: Bool

  package init(takesNew: Bool) {
    self.takesNew = takesNew
  }

  package func task(_ key: ImageKey) -> ImageTask? { takesNew ? .new : nil }
}

/// What is in the journal is done, as many times as it is there.
///
/// An unchanged list is followed record by record. Where the first image is found that is another than the journal has
/// there (files came or went), the rest of the journal becomes an index on disk. Either way memory stays the same.
final class DoneImages: ResumeList {
  private var reader: JournalFile.Reader
  private var expectedKey: ImageKey?
  /// How often each image is done and was not met yet.
  private var index: DiskIndex?
  private let indexPath: String
  private let expected: Int

  init(journal: String, end: Int, directory: String, expected: Int) throws {
    reader = try JournalFile.Reader(path: journal, to: end)
    indexPath = Path.join(directory, "done.index")
    self.expected = expected
    expectedKey = try nextKey()
  }

  deinit {
    if index != nil { try? FileSystem.remove(indexPath) }
  }

  func task(_ key: ImageKey) throws -> ImageTask? {
    if let index { return try take(key, from: index) }
    guard let expectedKey else { return .new }
    if expectedKey == key {
      self.expectedKey = try nextKey()
      return nil
    }
    let index = try indexed()
    self.index = index
    return try take(key, from: index)
  }

  private func take(_ key: ImageKey, from index: DiskIndex) throws -> ImageTask? {
    guard let count = try index[key], count > 0 else { return .new }
    try index.set(key, to: count - 1)
    return nil
  }

  private func indexed() throws -> DiskIndex {
    let index = try DiskIndex.empty(path: indexPath, expected: expected)
    while let key = expectedKey {
      try index.add(1, to: key)
      expectedKey = try nextKey()
    }
    return index
  }

  private func nextKey() throws -> ImageKey? {
    while let record = try reader.next() {
      if case .image(let image) = record, !image.isRetry, !image.isListingProblem { return image.key }
    }
    return nil
  }
}

/// What failed is taken, as many times as it did; all else is left.
final class FailedImages: ResumeList {
  private let index: DiskIndex

  init(journal: String, end: Int, directory: String, expected: Int) throws {
    index = try DiskIndex.empty(path: Path.join(directory, "failed.index"), expected: expected)
    var reader = try JournalFile.Reader(path: journal, to: end)
    while let record = try reader.next() {
      guard case .image(let image) = record, !image.isListingProblem else { continue }
      if image.isRetry { try index.add(-1, to: image.key) }
      if case .failed = image.outcome { try index.add(1, to: image.key) }
    }
  }

  deinit { try? FileSystem.remove(index.path) }

  func task(_ key: ImageKey) throws -> ImageTask? {
    guard let count = try index[key], count > 0 else { return nil }
    try index.set(key, to: count - 1)
    return .retry
  }
}
