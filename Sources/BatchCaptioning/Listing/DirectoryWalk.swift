import Datasets
import SystemPackage

/// Walks a directory and all below it. Memory holds the names in the directories on the way to the current one.
struct DirectoryWalk {
  /// The bytes with which every journal begins, whatever its version.
  private static let journalBeginning = Array("caption journal ".utf8)

  enum Step {
    case file(FilePath)
    case shard(FilePath)
    case problem(FilePath, ImageFailure)
  }

  private struct Frame {
    let path: FilePath
    /// The path from the walk's root, with a slash at its end; empty at the root.
    let relative: [UInt8]
    let entries: DirectoryEntries
    var next = 0
  }

  private let listing: ImageListing
  private let own: OwnPaths
  private let checkpoint: Checkpoint
  private let onWarning: (FilePath, String) -> Void
  private var frames: [Frame] = []
  /// The root, until the walk has begun.
  private var start: FilePath?

  init(
    _ start: FilePath, listing: ImageListing, own: OwnPaths, checkpoint: Checkpoint,
    onWarning: @escaping (FilePath, String) -> Void
  ) {
    self.start = start
    self.listing = listing
    self.own = own
    self.checkpoint = checkpoint
    self.onWarning = onWarning
  }

  /// - Throws: `CancellationError`.
  mutating func next() throws -> Step? {
    if let path = start {
      start = nil
      if let problem = try enter(path, relative: []) { return problem }
    }
    while let top = frames.indices.last {
      try checkpoint.pass()
      guard frames[top].next < frames[top].entries.count else {
        frames.removeLast()
        continue
      }
      let entry = frames[top].entries[frames[top].next]
      frames[top].next += 1
      if let step = try visit(entry.name, entry.kind, in: top) { return step }
    }
    return nil
  }

  private mutating func visit(_ name: [UInt8], _ kind: DirectoryEntries.Kind, in top: Int) throws -> Step? {
    let relative = frames[top].relative + name
    if own.contains(name, in: frames[top].entries.identity) || listing.filter.excludes(relative) { return nil }
    let path = frames[top].path.pushing(FilePath(bytes: name))
    switch kind {
    case .file: return file(path, relative)
    case .directory: return try enter(path, relative: relative + [UInt8(ascii: "/")])
    case .other: return nil
    case .unknown: break
    }
    do throws(Errno) {
      let status = try FileStatus(path)
      if own.contains(status.identity) { return nil }
      switch status.kind {
      case .file: return file(path, relative)
      case .directory: break
      case .other: return nil
      }
    } catch {
      return listing.filter.includes(relative) ? .problem(path, ImageFailure(error, stage: .list)) : nil
    }
    return try enter(path, relative: relative + [UInt8(ascii: "/")])
  }

  /// The samples of a shard are filtered by their own names.
  private func file(_ path: FilePath, _ relative: [UInt8]) -> Step? {
    if path.isShard { return .shard(path) }
    guard listing.filter.includes(relative) else { return nil }
    if path.isCompressedShard { return .problem(path, .compressedShard) }
    return .file(path)
  }

  /// Whether a directory is the journal of some run, which is never input.
  private func isJournal(_ path: FilePath, _ entries: DirectoryEntries) -> Bool {
    guard entries.contains("settings.json"), entries.contains("journal"),
      let file = try? DatasetFile(path.appending("journal"), stage: .list)
    else { return false }
    let beginning = try? file.bytes(at: 0, count: Self.journalBeginning.count)
    return beginning == Self.journalBeginning
  }

  /// - Returns: what is wrong with the directory.
  private mutating func enter(_ path: FilePath, relative: [UInt8]) throws -> Step? {
    do {
      let entries = try DirectoryEntries(path, includesHidden: listing.includesHidden, checkpoint: checkpoint) {
        identity in
        if frames.contains(where: { $0.entries.identity == identity }) {
          onWarning(path, "leads to a directory above itself; not followed")
          return false
        }
        return !own.contains(identity)
      }
      if let entries, !isJournal(path, entries) {
        frames.append(Frame(path: path, relative: relative, entries: entries))
      }
      return nil
    } catch let error as Errno {
      return .problem(path, ImageFailure(error, stage: .list))
    }
  }
}
