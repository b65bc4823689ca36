package import SystemPackage

/// A file for each image. Each is written under another name, flushed to the disk and renamed; existing files are kept
/// unless they are to be overwritten.
///
/// Contents are flushed one by one, so that no crash leaves an empty file under a good name; this takes some
/// milliseconds each, while captioning takes hundreds. Names are flushed at `flush`, directory by directory.
package final class SidecarOutput: BatchOutput {
  private let format: any SidecarFormat
  private let overwrites: Bool
  /// The sidecars' paths, for the stages that go through the list.
  package let paths: SidecarPaths
  // The list is ahead of what is written, often in another directory.
  private var listed: SidecarPaths
  private var written: SidecarPaths
  private let onNotice: (FilePath, String) -> Void
  private var hasToldOfNamesakes = false
  /// Directories with names that may not be on the disk yet.
  private var unsynchronized: Set<FilePath> = []
  /// The owners of the sidecars below an output directory: images of several directories may get one name there.
  private let owners: DiskIndex?
  private var rows = 0

  /// - Parameters:
  ///   - adoptsFullNames: whether an existing `photo.jpg.xmp` is used in place of `photo.xmp`.
  ///   - fullNames: whether every sidecar has its image's full name, as `photo.jpg.txt`.
  ///   - ownersPath: the path of a table of the sidecars below an output directory; an existing one is continued.
  ///   - onNotice: called with what the user may have wanted otherwise.
  /// - Throws: `FileSystemError`.
  package init(
    format: any SidecarFormat, place: SidecarPlace, overwrites: Bool, adoptsFullNames: Bool = false,
    fullNames: Bool = false, ownersPath: String, onNotice: @escaping (FilePath, String) -> Void = { _, _ in }
  ) throws {
    self.format = format
    self.overwrites = overwrites
    self.onNotice = onNotice
    let paths = SidecarPaths(place: place, adoptsFullNames: adoptsFullNames, fullNames: fullNames)
    self.paths = paths
    (listed, written) = (paths, paths)
    owners = place.isMirrored ? try DiskIndex(path: ownersPath) : nil
  }

  package func isPresent(_ image: ListedImage) -> Bool {
    guard !overwrites, let path = try? listed.path(of: image), let existing = try? AtomicFile.read(path) else {
      return false
    }
    return format.isComplete(existing)
  }

  package func write(_ image: FinishedImage) throws {
    // Nothing is written for an image that the captioner was not sure of.
    guard let caption = image.sureCaption else { return }
    let path = try written.path(of: image.image)
    tellOfNamesakes(image, path)
    if let owners { try claim(path, for: image.image, in: owners) }
    do {
      let existing = try AtomicFile.read(path)
      let isOwn = isOfReplaced(image, existing)
      guard let content = try format.content(caption, existing: existing, overwrites: overwrites || isOwn) else {
        if image.replaced != nil {
          onNotice(
            image.path,
            "has changed, but its sidecar \(path.text) is not as a run of caption wrote it, and stays as it is")
        }
        return
      }
      if content == existing { return }
      let directory = path.removingLastComponent()
      unsynchronized.formUnion(try AtomicFile.createDirectory(directory))
      try AtomicFile.write(content, to: path)
      unsynchronized.insert(directory)
      rows += 1
    } catch let error as Errno {
      // A full or broken disk concerns all images that follow.
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

  /// Whether a sidecar says exactly what the image's caption was before its file was replaced.
  private func isOfReplaced(_ image: FinishedImage, _ existing: [UInt8]?) -> Bool {
    guard let existing, let replaced = image.replaced else { return false }
    return format.says(replaced.caption.text, existing)
  }

  private func tellOfNamesakes(_ image: FinishedImage, _ path: FilePath) {
    if hasToldOfNamesakes || !written.hasNamesake(image.image) { return }
    hasToldOfNamesakes = true
    onNotice(
      image.path,
      "another image beside it has the same stem, so that its sidecar is \(path.lastComponent?.string ?? ""), with its whole "
        + "name; --full-names gives all sidecars such names")
  }

  /// Claims a sidecar for an image: only the first image with that sidecar gets it.
  private func claim(_ path: FilePath, for image: ListedImage, in owners: DiskIndex) throws {
    let sidecar = ImageKey(ListedImage(ordinal: 0, path: path.absolute, content: .file))
    // Half of a key, without its sign, distinguishes two images of one sidecar.
    let absolute = ListedImage(ordinal: 0, path: image.path.absolute, content: image.content)
    let number = Int(ImageKey(absolute).low >> 1)
    guard let owner = try owners[sidecar] else { return try owners.set(sidecar, to: number) }
    if owner != number {
      throw Self.failure(
        path, "is that of another image, which has this name in another directory; give each an --output-dir of its own"
      )
    }
  }

  private static func failure(_ path: FilePath, _ problem: String) -> ImageFailure {
    ImageFailure(.sidecar, stage: .write, message: "its sidecar \(path.text) \(problem)")
  }
}
