/// A folder of images, each with a text file (`.txt` or `.caption`) of the same name beside it that holds a caption a
/// line, or with an XMP sidecar.
/// Subfolders are read too; `train`, `validation` and `test` at the top are splits.
struct Sidecars: DatasetReader {
  static let name = "images with text files"
  static let summary =
    "a folder of a.jpg with a.txt, a.caption or a.xmp beside it, one caption a line; folders train, validation, test "
    + "are splits"

  private let directory: String

  init?(_ source: DatasetSource) throws(DatasetError) {
    guard case .directory = source.kind else { return nil }
    directory = source.path
    guard try Self.holdsSidecars(directory, within: []) else { return nil }
  }

  func read(into sink: SampleSink) throws(DatasetError) { try read(folder: "", within: [], into: sink) }

  /// - Parameters:
  ///   - folder: the folder, relative to the dataset's directory; empty for the directory itself.
  ///   - ancestors: the folders that contain this one: links may lead back to them.
  private func read(
    folder: String, within ancestors: Set<DatasetPath.Identity?>, into sink: SampleSink
  ) throws(DatasetError) {
    let path = folder.isEmpty ? directory : DatasetPath.join(directory, folder)
    let identity = DatasetPath.identity(path)
    if ancestors.contains(identity) { return }
    let split = folder.split(separator: "/").first.flatMap { Split(named: String($0)) }
    let names = try DatasetPath.entries(of: path)
    let all = Set(names)
    for name in names {
      let relative = DatasetPath.join(folder, name)
      switch DatasetPath.kind(DatasetPath.join(path, name)) {
      case .directory:
        try read(folder: relative, within: ancestors.union([identity]), into: sink)
      case .file where DatasetPath.isImage(name):
        guard let text = Self.sidecar(of: name, among: all) else {
          try SampleBuilder.emit(
            damaged: relative, "there is no \(DatasetPath.withoutExtension(name)).txt beside it", into: sink)
          continue
        }
        try read(relative, captions: DatasetPath.join(path, text), split: split, into: sink)
      default: continue
      }
    }
  }

  private func read(_ name: String, captions: String, split: Split?, into sink: SampleSink) throws(DatasetError) {
    let bytes: [UInt8]
    do throws(DatasetError) {
      let file = try DatasetFile(path: captions)
      bytes = try file.bytes(at: 0, count: file.byteCount)
    } catch {
      return try SampleBuilder.emit(damaged: name, error.description, into: sink)
    }
    guard let text = String(validating: utf8Text(bytes), as: UTF8.self) else {
      return try SampleBuilder.emit(damaged: name, "\(DatasetPath.name(captions)) is not valid UTF-8", into: sink)
    }
    let isXMP = DatasetPath.fileExtension(captions) == "xmp"
    try SampleBuilder.emit(
      name: name, image: ImageLocation(path: DatasetPath.join(directory, name)),
      captions: isXMP ? XMPCaption.find(text).map { [$0] } ?? [] : CaptionText.lines(text),
      split: split, place: DatasetPath.name(captions), into: sink)
  }

  private static func sidecar(of image: String, among names: Set<String>) -> String? {
    let stems = [DatasetPath.withoutExtension(image), image]
    return ["txt", "caption", "xmp"].lazy.flatMap { end in stems.map { "\($0).\(end)" } }.first(where: names.contains)
  }

  private static func holdsSidecars(
    _ directory: String, within ancestors: Set<DatasetPath.Identity?>
  ) throws(DatasetError) -> Bool {
    let identity = DatasetPath.identity(directory)
    if ancestors.contains(identity) { return false }
    let names = try DatasetPath.entries(of: directory)
    let all = Set(names)
    if names.contains(where: { DatasetPath.isImage($0) && sidecar(of: $0, among: all) != nil }) { return true }
    for name in names where !DatasetPath.isImage(name) {
      let folder = DatasetPath.join(directory, name)
      guard DatasetPath.kind(folder) == .directory else { continue }
      if try holdsSidecars(folder, within: ancestors.union([identity])) { return true }
    }
    return false
  }
}
