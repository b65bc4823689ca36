import ModelFiles

/// Says which images of the list are left to do.
package protocol ResumeList: AnyObject {
  /// - Parameters:
  ///   - key: the key of each image of the list, in the list's order.
  ///   - again: gives the outputs that lack an image which is done; `nil` where it is done for good.
  /// - Returns: `nil` where nothing is left to do.
  func task(_ key: ImageKey, again: (EarlierImage) -> AgainTask?) throws -> ImageTask?
}

extension ResumeList {
  /// The same where nothing is done again.
  package func task(_ key: ImageKey) throws -> ImageTask? { try task(key) { _ in nil } }
}

package enum ImageTask: Sendable, Equatable {
  case new
  /// An image that failed in an earlier run.
  case retry
  /// An image that was done in an earlier run, and is wanted again.
  case again(AgainTask)
}

/// What an earlier run made of an image that did not fail.
package struct EarlierImage: Sendable, Equatable {
  /// The caption; `nil` where the outputs had all they wanted of the image before it was captioned.
  package var caption: JournalledCaption?
  package var source: JournalledSource?
  /// The outputs that have the image, as bits.
  package var outputs: UInt64

  package init(caption: JournalledCaption?, source: JournalledSource?, outputs: UInt64) {
    self.caption = caption
    self.source = source
    self.outputs = outputs
  }
}

/// Why an image is done again.
package struct AgainTask: Sendable, Equatable {
  package var earlier: EarlierImage
  /// The outputs that lack the image, as bits. None where only the image's file seems to have changed.
  package var lacking: UInt64
  /// Whether the image failed since, after its file had changed.
  package var isRetry: Bool

  package init(earlier: EarlierImage, lacking: UInt64, isRetry: Bool = false) {
    self.earlier = earlier
    self.lacking = lacking
    self.isRetry = isRetry
  }
}

/// Where to find a journal's records of earlier runs.
package struct ResumeSource: Sendable {
  let journal: String
  let end: Int
  /// The directory for indexes.
  let directory: String
  /// The number of image records, and the number of failures that count.
  let images: Int
  let failed: Int
  /// The number of records that replace earlier ones.
  let later: Int
  /// By output that was made anew, the offset from which records count for it.
  let forgotten: [Int: Int]

  /// - Parameter retriesErrors: whether the failed images, and only those, are to be done.
  package func list(retriesErrors: Bool) throws -> any ResumeList {
    if images == 0 { return NothingDone(takesNew: !retriesErrors) }
    return retriesErrors
      ? try FailedImages(journal: journal, end: end, directory: directory, expected: failed)
      : try DoneImages(self)
  }
}

/// The resume list where there were no earlier runs.
package final class NothingDone: ResumeList {
  private let takesNew: Bool

  package init(takesNew: Bool) {
    self.takesNew = takesNew
  }

  package func task(_ key: ImageKey, again: (EarlierImage) -> AgainTask?) -> ImageTask? { takesNew ? .new : nil }
}

/// Takes only the images that failed, each as many times as it did.
final class FailedImages: ResumeList {
  private let index: DiskIndex
  /// Earlier results of the images that had a caption before their files changed. There are few.
  private var earlier: [ImageKey: EarlierImage] = [:]

  init(journal: String, end: Int, directory: String, expected: Int) throws {
    index = try DiskIndex.empty(path: Path.join(directory, "failed.index"), expected: expected)
    var reader = try JournalFile.Reader(path: journal, to: end)
    while let record = try reader.next() {
      guard case .image(let image) = record, !image.isListingProblem else { continue }
      if image.isRetry { try index.add(-1, to: image.key) }
      guard case .failed = image.outcome else { continue }
      try index.add(1, to: image.key)
      if image.isAgain { earlier[image.key] = EarlierImage(caption: nil, source: nil, outputs: 0) }
    }
    if !earlier.isEmpty { try readCaptions(journal, end: end) }
  }

  private func readCaptions(_ journal: String, end: Int) throws {
    var reader = try JournalFile.Reader(path: journal, to: end)
    while let record = try reader.next() {
      guard case .image(let image) = record, case .captioned(let caption) = image.outcome, earlier[image.key] != nil
      else { continue }
      earlier[image.key] = EarlierImage(caption: caption, source: image.source, outputs: image.outputs)
    }
  }

  deinit { try? FileSystem.remove(index.path) }

  func task(_ key: ImageKey, again: (EarlierImage) -> AgainTask?) throws -> ImageTask? {
    guard let count = try index[key], count > 0 else { return nil }
    try index.set(key, to: count - 1)
    guard let before = earlier[key], before.caption != nil else { return .retry }
    var task = again(before) ?? AgainTask(earlier: before, lacking: 0)
    task.isRetry = true
    return .again(task)
  }
}
