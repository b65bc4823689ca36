import SystemPackage

/// Files and directories that are not input, since the run itself writes them.
///
/// Known by device and inode, and by name in a directory, since they may be created while the list is read.
struct OwnPaths {
  private struct Place: Hashable {
    let directory: FileStatus.Identity
    let name: [UInt8]
  }

  private var identities: Set<FileStatus.Identity> = []
  private var places: Set<Place> = []

  init(_ paths: [FilePath]) {
    for path in paths { add(path) }
  }

  private mutating func add(_ path: FilePath) {
    if let status = try? FileStatus(path) { identities.insert(status.identity) }
    var child = path.absolute
    // Directories that do not exist yet belong to the run, too.
    while let name = child.lastComponent {
      let parent = child.removingLastComponent()
      if let status = try? FileStatus(parent), status.kind == .directory {
        places.insert(Place(directory: status.identity, name: FilePath(root: nil, [name]).bytes))
        return
      }
      child = parent
    }
  }

  func contains(_ identity: FileStatus.Identity) -> Bool { identities.contains(identity) }

  func contains(_ name: [UInt8], in directory: FileStatus.Identity) -> Bool {
    !places.isEmpty && places.contains(Place(directory: directory, name: name))
  }
}
