package import SystemPackage

/// `metadata.jsonl` of a Hugging Face `imagefolder` dataset: the image's path from the file's own directory, and `text`. Images in
/// shards have no row: a loader could not open them; nor have those that the captioner was not sure of.
package struct ImageFolderFormat: RowFormat {
  private let directory: FilePath

  /// - Parameter directory: where the file is.
  package init(directory: FilePath) {
    self.directory = directory.absolute
  }

  package func row(_ image: FinishedImage) -> [UInt8]? {
    guard let caption = image.sureCaption, case .file = image.image.content else { return nil }
    var row = JSONRow()
    let path = image.path.absolute.relative(to: directory)
    row.add("file_name", path.text)
    row.add("text", caption.text)
    return row.finished + [0x0A]
  }
}
