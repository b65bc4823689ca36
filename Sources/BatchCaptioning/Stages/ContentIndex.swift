import ModelFiles
import Synchronization

/// Knows the image contents that were captioned or are in progress, so that identical bytes are captioned once.
///
/// Captions are in the journal; an index on disk says where. An entry that the journal does not confirm is ignored,
/// since the index is not flushed with it.
package final class ContentIndex: Sendable {
  private let state: Mutex<State>

  private struct State {
    /// By content in progress, the number of images that wait for its caption.
    var waiting: [FileHash: Int] = [:]
    /// Captions whose records are not committed yet.
    var recent: [FileHash: (caption: JournalledCaption, offset: Int)] = [:]
    let index: DiskIndex
    let captions: JournalledCaptions
  }

  enum Claim {
    /// The caller is to caption the content, and to `settle` it.
    case first
    case pending
    case done(JournalledCaption)
  }

  /// - Parameter path: the path of the index; an existing one is continued.
  /// - Throws: `FileSystemError`.
  init(path: String, captions: JournalledCaptions) throws(FileSystemError) {
    state = Mutex(State(index: try DiskIndex(path: path), captions: captions))
  }

  func claim(_ hash: FileHash) throws -> Claim {
    try state.withLock { state in
      if let recent = state.recent[hash] { return .done(recent.caption) }
      if let count = state.waiting[hash] {
        state.waiting[hash] = count + 1
        return .pending
      }
      if let offset = try state.index[ImageKey(hash)], let caption = try state.captions.caption(at: offset),
        caption.hash == hash
      {
        return .done(caption)
      }
      state.waiting[hash] = 0
      return .first
    }
  }

  /// Marks the content's image as done.
  ///
  /// - Parameters:
  ///   - caption: the caption with its offset in the journal; `nil` where it has none.
  /// - Returns: how many images got `pending`; from now on none does.
  func settle(_ hash: FileHash, _ caption: (JournalledCaption, offset: Int)?) -> Int {
    state.withLock { state in
      state.recent[hash] = caption
      return state.waiting.removeValue(forKey: hash) ?? 0
    }
  }

  /// To be called when the journal was committed.
  func commit() throws {
    try state.withLock { state in
      for (hash, entry) in state.recent { try state.index.set(ImageKey(hash), to: entry.offset) }
      state.recent.removeAll(keepingCapacity: true)
    }
  }
}

extension ImageKey {
  fileprivate init(_ hash: FileHash) { self.init(digest: hash.digest) }
}
