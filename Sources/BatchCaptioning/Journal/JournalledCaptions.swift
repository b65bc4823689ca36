import ModelFiles

/// The captions of a journal, by the offsets of their records.
struct JournalledCaptions: Sendable {
  let file: InputFile

  /// The caption whose record begins at `offset`; `nil` where none does.
  func caption(at offset: Int) throws(FileSystemError) -> JournalledCaption? {
    guard case .image(let image) = try JournalFile.record(at: offset, in: file),
      case .captioned(let caption) = image.outcome
    else { return nil }
    return caption
  }
}
