import SystemPackage

/// A file for each image. Each is written under another name, flushed to the disk and renamed; those that exist are left
/// alone unless they are to be overwritten.
///
/// Contents are flushed one by one, so that no crash leaves an empty file behind a good name; some milliseconds each, of
/// which captioning takes hundreds. Names are flushed at `flush`, directory by directory.
package final class SidecarOutput: BatchOutput {
  private let format: any SidecarFormat
  private let place: SidecarPlace
  private let overwrites: Bool
  /// Whether an existing `photo.jpg.xmp` is used in place of `photo.xmp`.
  private let adoptsFullNames: Bool
  // The list is ahead of what is written, often in another directory.
  private var listedSiblings = Siblings()
  private var writtenSiblings = Siblings()
  /// Directories with names that may not be on the disk yet.
  private var unsynchronized: Set<FilePath> = []
  /// Whose the sidecars below an output directory are: images of several directories may come to one name there.
  private let owners: DiskIndex?
  private var rows = 0

  /// - Parameters:
  ///   - ownersPath: of a table of the sidecars below an output directory, which is gone on with where there is one.
  /// - Throws: `FileSystemError`.
  package init(
    format: any SidecarFormat, place: SidecarPlace, overwrites: Bool, adoptsFullNames: Bool = false, ownersPath: String
  ) throws {
    self.format = format
    self.place = place
    self.overwrites = overwrites
    self.adoptsFullNames = adoptsFullNames
    owners = place.isMirrored ? try DiskIndex(path: ownersPath) : nil
  }

  package func isPresent(_ image: ListedImage) -> Bool {
    guard !overwrites, let path = try? path(of: image, &listedSiblings), let existing = try? AtomicFile.read(path)
    else {
      return false
    }
    return format.isComplete(existing)
  }

  package func write(_ image: FinishedImage) throws {
    // Nothing is said of an image that the captioner was not sure of.
    guard let caption = image.sureCaption else { return }
    let path = try path(of: image.image, &writtenSiblings)
    if let owners { try claim(path, for: image.image, in: owners) }
    do {
      let existing = try AtomicFile.read(path)
      guard let content = try format.content(caption, existing: existing, overwrites: overwrites),
        content != existing
      else { return }
      let directory = path.removingLastComponent()
      unsynchronized.formUnion(try AtomicFile.createDirectory(directory))
      try AtomicFile.write(content, to: path)
      unsynchronized.insert(directory)
      rows += 1
    } catch let error as Errno {
      // A disk that is full or broken concerns all images that follow.
      if error == .noSpace || error == .diskQuotaExceeded || error == .ioError { throw error.outputError(path) }
      throw Self.failure(path, "cannot be written (\(error)); change its permissions, or use another --output-dir")
    } catch let failure as ImageFailure {
      throw Self.failure(path, failure.message)
    }
  }

  /// The sidecars' contents were flushed when they were written.
  package func flush() -> OutputPosition {
    for directory in unsynchronized { AtomicFile.synchronize(directory) }
    unsynchronized.removeAll(keepingCapacity: true)
    return OutputPosition(rows: rows)
  }

  package func finish() { _ = flush() }

  private func path(of image: ListedImage, _ siblings: inout Siblings) throws(ImageFailure) -> FilePath {
    let full = try place(image, namesakes: true)
    if siblings.hasNamesake(image) || (adoptsFullNames && AtomicFile.exists(full)) { return full }
    return try place(image, namesakes: false)
  }

  /// Only the first image that comes to a sidecar gets it.
  private func claim(_ path: FilePath, for image: ListedImage, in owners: DiskIndex) throws {
    let sidecar = ImageKey(ListedImage(ordinal: 0, path: path, content: .file))
    // Half of a key, without its sign: tells two images of one sidecar apart.
    let image = Int(ImageKey(image).low >> 1)
    guard let owner = try owners[sidecar] else { return try owners.set(sidecar, to: image) }
    if owner != image {
      throw Self.failure(
        path, "is that of another image, which has this name in another directory; give each an --output-dir of its own"
      )
    }
  }

  private static func failure(_ path: FilePath, _ problem: String) -> ImageFailure {
    ImageFailure(.sidecar, stage: .write, message: "its sidecar \(path.text) \(problem)")
  }
}
