package import SystemPackage

/// Lists images one after the other, as `ImageListing` describes. Memory is constant however many there are, but for
/// the names in one directory at each depth.
package struct ImageLister: ImageSource {
  private let listing: ImageListing
  private let own: OwnPaths
  private let checkpoint: Checkpoint
  private let onWarning: (FilePath, String) -> Void
  private let onSkipped: (FilePath) -> Void

  private var paths: ArraySlice<FilePath>
  /// The rest of the paths that a path with braces stands for.
  private var expanded: ArraySlice<String> = []
  private var lists: ArraySlice<ImageListing.ListFile>
  private var list: PathList?
  private var walk: DirectoryWalk?
  private var shard: ShardWalk?
  private var ordinal = 0

  private typealias Candidate = (path: FilePath, content: ListedImage.Content)

  /// - Parameters:
  ///   - isCancelled: asked between files; if true, `next` throws.
  ///   - onWarning: called for what is left out though it was asked for: a link to a directory above itself.
  ///   - onSkipped: called for each sample of a shard that has no image, with its first member.
  /// - Throws: `ImageListingError`, where a list cannot be opened.
  package init(
    _ listing: ImageListing, isCancelled: @escaping () -> Bool = { Task.isCancelled },
    onWarning: @escaping (FilePath, String) -> Void = { _, _ in }, onSkipped: @escaping (FilePath) -> Void = { _ in }
  ) throws {
    self.listing = listing
    self.onWarning = onWarning
    self.onSkipped = onSkipped
    own = OwnPaths(listing.ownPaths)
    checkpoint = Checkpoint(isCancelled: isCancelled)
    paths = listing.paths[...]
    lists = listing.lists[...]
    // A wrong name is reported before anything is done.
    for case .file(let path) in listing.lists { try PathList.check(path) }
  }

  /// - Throws: `ImageListingError` where the rest of a list cannot be read; `CancellationError`.
  package mutating func next() throws -> ListedImage? {
    while let candidate = try nextCandidate() {
      if let shard = listing.shard, !shard.contains(candidate.path) { continue }
      defer { ordinal += 1 }
      return ListedImage(ordinal: ordinal, path: candidate.path, content: candidate.content)
    }
    return nil
  }

  private mutating func nextCandidate() throws -> Candidate? {
    while true {
      try checkpoint.pass()
      if shard != nil {
        if let candidate = try nextOfShard() { return candidate }
      } else if walk != nil {
        if let candidate = try nextOfWalk() { return candidate }
      } else if let path = expanded.popFirst() {
        if let candidate = look(at: FilePath(path), mayHaveBraces: false) { return candidate }
      } else if let path = paths.popFirst() {
        if let candidate = look(at: path, mayHaveBraces: true) { return candidate }
      } else if let list {
        if let path = try list.next() {
          if let candidate = look(at: FilePath(bytes: path), mayHaveBraces: false) { return candidate }
        } else {
          self.list = nil
        }
      } else if let next = lists.popFirst() {
        list = try PathList(next, checkpoint: checkpoint)
      } else {
        return nil
      }
    }
  }

  private mutating func nextOfShard() throws -> Candidate? {
    switch try shard?.next() {
    case .sample(let path, let sample): return (path, .shardSample(sample))
    case .problem(let path, let failure): return (path, .problem(failure))
    case .withoutImage(let path):
      if listing.shard?.contains(path) ?? true { onSkipped(path) }
      return nil
    case nil:
      shard = nil
      return nil
    }
  }

  private mutating func nextOfWalk() throws -> Candidate? {
    switch try walk?.next() {
    case .file(let path): return (path, .file)
    case .shard(let path): return open(shard: path)
    case .problem(let path, let failure): return (path, .problem(failure))
    case nil:
      walk = nil
      return nil
    }
  }

  /// Finds out what a given path is.
  ///
  /// - Returns: `nil` for a directory or shard, which is gone through.
  private mutating func look(at path: FilePath, mayHaveBraces: Bool) -> Candidate? {
    let status: FileStatus
    do throws(Errno) {
      status = try FileStatus(path)
    } catch {
      if let url = path.url { return (path, .problem(.url(url))) }
      if mayHaveBraces, let paths = path.pathsOfBraces {
        expanded = paths[...]
        return nil
      }
      return (path, .problem(ImageFailure(error, stage: .list)))
    }
    if own.contains(status.identity) {
      onWarning(path, "is written by this run; not taken as input")
      return nil
    }
    switch status.kind {
    case .directory:
      walk = DirectoryWalk(path, listing: listing, own: own, checkpoint: checkpoint, onWarning: onWarning)
      return nil
    case .file where path.isShard: return open(shard: path)
    case .file where path.isCompressedShard: return (path, .problem(.compressedShard))
    case .file: return (path, .file)
    case .other: return (path, .problem(.noRegularFile))
    }
  }

  private mutating func open(shard path: FilePath) -> Candidate? {
    do throws(ImageFailure) {
      shard = try ShardWalk(path, filter: listing.filter, checkpoint: checkpoint)
      return nil
    } catch {
      return (path, .problem(error))
    }
  }
}
