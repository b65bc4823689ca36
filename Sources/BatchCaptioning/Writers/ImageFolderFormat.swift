package import SystemPackage

/// `metadata.jsonl` of a Hugging Face `imagefolder` dataset: the image's path from the file's own directory, and
/// `text`. Images in shards have no row (a loader could not open them), nor do those that the captioner was not sure
/// of.
package struct ImageFolderFormat: RowFormat {
  private let directory: FilePath

  /// - Parameter directory: the directory of the file.
  package init(directory: FilePath) {
    self.directory = directory.absolute
  }

  package func row(_ image: FinishedImage) -> [UInt8]? {
    guard let caption = image.sureCaption, case .file = image.image.content else { return nil }
    var row = JSONRow()
    row.add("file_name", name(image.path))
    row.add("text", caption.text)
    return row.finished + [0x0A]
  }

  private func name(_ path: FilePath) -> String { path.absolute.relative(to: directory).text }

  package func subject(ofRow line: ArraySlice<UInt8>) -> [UInt8]? { JSONMembers(Array(line))?[Array("file_name".utf8)] }

  package func subject(_ path: FilePath) -> [UInt8]? {
    var row = JSONRow()
    row.add("file_name", name(path))
    return subject(ofRow: row.finished[...])
  }
}
