/// Finds the images that annotations name: as files in one of several directories, else in tar shards there.
struct ImageFinder {
  /// Folders beside annotations that commonly hold the images, by how their lower-case names begin.
  private static let usualFolders = [
    "image", "img", "photo", "train", "val", "test", "dev", "flickr", "flicker", "coco",
  ]

  private let directories: [String]
  /// Where archives are looked for: not above the annotations, where anything may lie.
  private let archiveDirectories: [String]
  /// Where the last image was: most likely the next one's place.
  private var latest = 0
  /// Built when a first image is no file.
  private var archives: ArchiveIndex?
  /// Of archives that names lead into, by their paths.
  private var shards: [String: ArchiveIndex] = [:]
  /// Names of images by the numbers that they are, built when a first one is asked for.
  private var numbered: [Int: String]?
  /// Whether names also count from the working directory on, where nothing is found elsewhere.
  var looksInWorkingDirectory = false

  /// - Parameters:
  ///   - annotations: the directory of the annotations, looked at first, with its usual folders.
  ///   - imageDirectory: where the user says that images are; then nothing else is looked at.
  ///   - includesParent: whether the directory above, and its usual folders, are looked at too.
  init(annotations: String, imageDirectory: String?, includesParent: Bool = false) throws(DatasetError) {
    archiveDirectories = try Self.withUsualFolders(imageDirectory ?? annotations)
    var directories = archiveDirectories
    if includesParent, imageDirectory == nil {
      let parent = DatasetPath.join(annotations, "..")
      // A directory that may be entered but not listed is no error: nobody named it.
      directories += (try? Self.withUsualFolders(parent)) ?? []
    }
    self.directories = directories
  }

  /// What is wrong with the archives that were looked into.
  var damaged: [DamagedSample] {
    (archives?.damaged ?? []) + shards.sorted { $0.key < $1.key }.flatMap(\.value.damaged)
  }

  /// - Parameter names: under which the image may be there: relative to one of the directories, or absolute.
  /// - Returns: the image, or why it cannot be used.
  mutating func find(_ names: [String]) throws(DatasetError) -> Result<ImageLocation, ImageProblem> {
    for name in names {
      if name.isEmpty { return .failure(ImageProblem(reason: "the image's name is empty")) }
      switch file(name) {
      case .success(let image): return .success(image)
      case .failure(let problem): return .failure(problem)
      case nil: continue
      }
    }
    for name in names {
      if let image = try member(name) { return .success(image) }
    }
    if archives == nil { archives = try ArchiveIndex(directories: archiveDirectories) }
    for name in names {
      if let image = archives?.image(name) { return .success(image) }
    }
    let places = directories.prefix(3).joined(separator: ", ") + (directories.count > 3 ? ", …" : "")
    return .failure(ImageProblem(reason: "there is no such image in \(places); name its directory with --images"))
  }

  private mutating func file(_ name: String) -> Result<ImageLocation, ImageProblem>? {
    let name = DatasetPath.plain(name)
    for index in [latest] + directories.indices {
      let path = DatasetPath.join(directories[index], name)
      switch DatasetPath.kind(path) {
      case .file:
        latest = index
        return .success(ImageLocation(path: path))
      case .directory: return .failure(ImageProblem(reason: "\(path) is a directory, not an image"))
      case .other, nil: continue
      }
    }
    return looksInWorkingDirectory && DatasetPath.kind(name) == .file ? .success(ImageLocation(path: name)) : nil
  }

  /// What a name leads to that goes on behind an archive's, as `caption batch` writes them: `shards/000.tar/a.jpg`.
  private mutating func member(_ name: String) throws(DatasetError) -> ImageLocation? {
    let parts = DatasetPath.plain(name).split(separator: "/", omittingEmptySubsequences: false)
    guard let end = parts.firstIndex(where: { DatasetPath.fileExtension(String($0)) == "tar" }), end + 1 < parts.count
    else { return nil }
    let shard = parts[...end].joined(separator: "/")
    let member = parts[(end + 1)...].joined(separator: "/")
    for directory in directories + (looksInWorkingDirectory ? [""] : []) {
      let path = DatasetPath.join(directory, shard)
      guard DatasetPath.kind(path) == .file else { continue }
      if shards[path] == nil { shards[path] = ArchiveIndex(archive: path) }
      return shards[path]?.image(member)
    }
    return nil
  }

  /// The image that has a number for its name, as COCO's do: `000000000139.jpg`, `COCO_val2014_000000000042.jpg`.
  mutating func name(ofNumber number: Int) throws(DatasetError) -> String? {
    if let numbered { return numbered[number] }
    var found: [Int: String] = [:]
    for directory in directories {
      for name in try DatasetPath.entries(of: directory) where DatasetPath.isImage(name) {
        let stem = DatasetPath.withoutExtension(name)
        let digits = stem.hasPrefix("COCO_") ? stem.split(separator: "_").last ?? "" : stem[...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else { continue }
        if found[number] == nil { found[number] = name }
      }
    }
    numbered = found
    return found[number]
  }

  private static func withUsualFolders(_ directory: String) throws(DatasetError) -> [String] {
    let folders = try DatasetPath.entries(of: directory).filter { name in
      let lowercase = name.lowercased()
      return usualFolders.contains { lowercase.hasPrefix($0) }
    }
    return [directory] + folders.map { DatasetPath.join(directory, $0) }.filter { DatasetPath.kind($0) == .directory }
  }
}

/// Why an image that annotations name cannot be used.
struct ImageProblem: Error, Equatable {
  let reason: String
}

/// The images in the tar shards of some directories, by name.
struct ArchiveIndex {
  private var images: [String: ImageLocation] = [:]
  private(set) var damaged: [DamagedSample] = []

  init(archive path: String) { add(path) }

  init(directories: [String]) throws(DatasetError) {
    for directory in directories {
      for name in try DatasetPath.entries(of: directory) where DatasetPath.fileExtension(name) == "tar" {
        add(DatasetPath.join(directory, name))
      }
    }
  }

  /// The member called `name`, in whatever folder of its archive it is if no member has just this path.
  func image(_ name: String) -> ImageLocation? {
    images[name] ?? images[DatasetPath.name(name)]
  }

  private mutating func add(_ path: String) {
    do throws(TarDamage) {
      var reader = try openReader(path)
      while let member = try reader.next() {
        guard member.kind == .file, DatasetPath.isImage(member.name) else { continue }
        let image = ImageLocation(archive: path, member: member.name, offset: member.offset, count: member.count)
        for name in Set([Self.plain(member.name), DatasetPath.name(member.name)]) where images[name] == nil {
          images[name] = image
        }
      }
    } catch {
      damaged.append(DamagedSample(name: path, reason: error.description))
    }
  }

  /// Archives made with `tar -c .` name their members `./a.jpg`.
  private static func plain(_ name: String) -> String { name.hasPrefix("./") ? String(name.dropFirst(2)) : name }

  private func openReader(_ path: String) throws(TarDamage) -> TarReader {
    do throws(DatasetError) {
      return try TarReader(path: path)
    } catch {
      throw TarDamage(offset: 0, problem: error.description)
    }
  }
}
