import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file for each image. Each is written under another name, flushed to the disk and renamed; those that exist are left
/// alone unless they are to be overwritten.
package final class SidecarOutput: BatchOutput {
  private let format: any SidecarFormat
  private let place: SidecarPlace
  private let overwrites: Bool
  /// Names that an existing sidecar may have besides, where it has none of the usual one: `photo.jpg.xmp`.
  private let adoptsFullNames: Bool
  private var siblings = Siblings()
  private var rows = 0

  package init(format: any SidecarFormat, place: SidecarPlace, overwrites: Bool, adoptsFullNames: Bool = false) {
    self.format = format
    self.place = place
    self.overwrites = overwrites
    self.adoptsFullNames = adoptsFullNames
  }

  package func isPresent(_ image: ListedImage) -> Bool {
    guard !overwrites, let path = try? path(of: image), let existing = try? AtomicFile.read(path) else { return false }
    return format.isComplete(existing)
  }

  package func write(_ image: FinishedImage) throws {
    guard let caption = image.caption else { return }
    let path = try path(of: image.image)
    do {
      let existing = try AtomicFile.read(path)
      guard let content = try format.content(caption, existing: existing, overwrites: overwrites) else { return }
      try AtomicFile.createDirectory(path.removingLastComponent())
      try AtomicFile.write(content, to: path)
      rows += 1
    } catch let error as Errno {
      // A disk that is full concerns all images that follow.
      if error == .noSpace || error == .diskQuotaExceeded || error == .ioError { throw error.outputError(path) }
      throw ImageFailure(
        .sidecar, stage: .write, message: "its sidecar \(path.text) cannot be written: \(error); check the permissions")
    }
  }

  private func path(of image: ListedImage) throws(ImageFailure) -> FilePath {
    let full = try place(image, namesakes: true)
    if siblings.hasNamesake(image) || (adoptsFullNames && AtomicFile.exists(full)) { return full }
    return try place(image, namesakes: false)
  }

  /// Each file was flushed when it was written.
  package func flush() -> OutputPosition { OutputPosition(rows: rows) }

  package func finish() {}
}
