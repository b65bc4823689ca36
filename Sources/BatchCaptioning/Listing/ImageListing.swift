package import SystemPackage

/// Which images a run takes, and in what order.
///
/// First `paths` in their order, then `lists` in theirs:
/// - A directory is walked, with all below it, in the byte order of its names. All its regular files are listed
///   (reading tells which are no images), and the samples of the tar shards in it. Links are followed, but not a link
///   to a directory above it.
/// - A file is listed whatever it is called, but one called `.tar` is a shard: its samples are listed in its order.
/// - A path that does not exist and has braces names shards or files: `shards/{000000..000123}.tar`, `{a,b}.tar`.
///
/// What cannot be listed (no such file, a damaged shard) is in the list as a `problem`.
package struct ImageListing: Sendable {
  package var paths: [FilePath]
  /// Lists of paths relative to the working directory, each treated as in `paths`, but without braces.
  package var lists: [ListFile] = []
  /// Whether hidden files and directories in directories are taken.
  package var includesHidden = false
  package var filter = PathFilter()
  /// Files and directories that are never input, wherever they are met: what the run itself writes.
  package var ownPaths: [FilePath] = []
  /// The shard whose images are taken; `nil` takes all images.
  package var shard: Shard?

  package init(paths: [FilePath], lists: [ListFile] = []) {
    self.paths = paths
    self.lists = lists
  }

  /// Where a list of paths is.
  package enum ListFile: Sendable, Equatable {
    case standardInput
    case file(FilePath)
  }

  /// Directories that images are found below, and files among them.
  package var roots: [FilePath] { paths }

  /// The first tar shard of which the list has an image, where it can be known before the run: lists that can be read
  /// only once are not read.
  ///
  /// - Throws: `ImageListingError`, `CancellationError`.
  package func firstShard() throws -> FilePath? {
    var lister = try ImageLister(readable)
    while let image = try lister.next() {
      if case .shardSample(let sample) = image.content { return sample.shard }
    }
    return nil
  }

  /// The listing without the lists that can be read only once.
  var readable: ImageListing {
    var listing = self
    listing.lists.removeAll { !$0.canBeReadTwice }
    return listing
  }

  /// How many images the list has, problems among them. Opens nothing but directories and shards.
  ///
  /// - Parameter isCancelled: asked every few thousand files.
  /// - Returns: `nil` where a list can be read only once, since it is a pipe.
  /// - Throws: `ImageListingError`, `CancellationError`.
  package func count(isCancelled: @escaping @Sendable () -> Bool = { Task.isCancelled }) throws -> Int? {
    guard lists.allSatisfy(\.canBeReadTwice) else { return nil }
    var lister = try ImageLister(self, isCancelled: isCancelled)
    var count = 0
    while try lister.next() != nil { count += 1 }
    return count
  }
}

extension ImageListing.ListFile {
  /// Takes a path as on the command line: `-` is standard input.
  package init(_ path: FilePath) { self = path == "-" ? .standardInput : .file(path) }

  fileprivate var canBeReadTwice: Bool {
    switch self {
    case .standardInput: false
    // A missing file is reported by the code that reads it.
    case .file(let path): (try? FileStatus(path))?.kind != .other
    }
  }
}
