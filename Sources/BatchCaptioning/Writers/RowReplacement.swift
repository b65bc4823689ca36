import ModelFiles
import SystemPackage

/// An output's file without the rows of captions that were replaced: of all rows of such an image the last one stays.
///
/// Written beside the file, whose name it takes at `finish`.
struct RowReplacement {
  /// The output's position afterwards.
  let position: OutputPosition
  let digest: RunningDigest
  private let path: String
  private let temporary: String

  /// - Parameters:
  ///   - position: the end of the output's content in the file, all of it on the disk.
  ///   - replaced: the images' paths as listed.
  /// - Returns: `nil` where all rows stay.
  /// - Throws: `FileSystemError`; the file is then unchanged.
  init?(path: String, format: any RowFormat, position: OutputPosition, replaced: [ReplacedPaths]) throws {
    let file = try InputFile(path: path)
    // The number of each image, by the subject of its rows.
    var images: [[UInt8]: Int] = [:]
    for (number, paths) in replaced.enumerated() {
      let subjects = [paths.before, paths.now].compactMap { format.subject($0) }
      let known = subjects.compactMap { images[$0] }.first ?? number
      for subject in subjects { images[subject] = known }
    }
    func image(_ row: ArraySlice<UInt8>) -> Int? { format.subject(ofRow: row).flatMap { images[$0] } }
    func rows() -> RowScanner { RowScanner(file, end: position.byteCount, heedsQuotes: format.heedsQuotes) }
    var (last, count, number) = ([Int: Int](), 0, 0)
    var scanner = rows()
    while let row = try scanner.next() {
      if let image = image(row) {
        last[image] = number
        count += 1
      }
      number += 1
    }
    if count == last.count { return nil }
    let removed = count - last.count
    let digest = RunningDigest()
    var byteCount = 0
    let temporary = Path.join(Path.parent(path), ".\(Path.name(path).prefix(200))\(AtomicFile.temporarySuffix)")
    try FileSystem.remove(temporary)
    let output = try OutputFile(path: temporary)
    (scanner, number) = (rows(), 0)
    var piece: [UInt8] = []
    while let row = try scanner.next() {
      let image = image(row)
      if image == nil || image.flatMap({ last[$0] }) == number { piece += row }
      number += 1
      if piece.count < 1 << 20 { continue }
      try output.write(piece)
      digest.update(piece)
      byteCount += piece.count
      piece.removeAll(keepingCapacity: true)
    }
    try output.write(piece + format.footer)
    digest.update(piece)
    byteCount += piece.count
    try output.finish()
    self.digest = digest
    self.position = OutputPosition(
      byteCount: byteCount, rows: max(position.rows - removed, 1), digest: digest.current)
    (self.path, self.temporary) = (path, temporary)
  }

  /// - Throws: `FileSystemError`.
  func finish() throws(FileSystemError) {
    try FileSystem.rename(temporary, to: path)
    FileSystem.synchronize(Path.parent(path))
  }
}
