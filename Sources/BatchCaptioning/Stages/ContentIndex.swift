import ModelFiles
import Synchronization

/// Knows image contents that were captioned or are on their way, so that identical bytes are captioned once.
///
/// Captions stand in the journal; an index on disk tells where. An entry that the journal does not bear out counts for
/// nothing, since the index is not flushed with it.
package final class ContentIndex: Sendable {
  private let state: Mutex<State>

  private struct State {
    /// How many images of each content that is on its way wait for its caption.
    var waiting: [FileHash: Int] = [:]
    /// Captions whose records no commit stands behind yet.
    var recent: [FileHash: (caption: JournalledCaption, offset: Int)] = [:]
    let index: DiskIndex
    let captions: JournalledCaptions
  }

  enum Claim {
    /// Whoever asks is to caption it, and to `settle` it.
    case first
    case pending
    case done(JournalledCaption)
  }

  /// - Parameter path: of the index; one that is there is gone on with.
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

  /// The content's image is done.
  ///
  /// - Parameters:
  ///   - caption: with its place in the journal; `nil` where it has none.
  /// - Returns: how many images were told `pending`; from now on none is.
  func settle(_ hash: FileHash, _ caption: (JournalledCaption, offset: Int)?) -> Int {
    state.withLock { state in
      state.recent[hash] = caption
      return state.waiting.removeValue(forKey: hash) ?? 0
    }
  }

  /// The journal was committed.
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
