/// Finds the images that annotations name: as files in one of several directories, else in tar shards there.
struct ImageFinder {
  /// Folders beside annotations that commonly hold the images, by the beginnings of their lower-case names.
  private static let usualFolders = [
    "image", "img", "photo", "train", "val", "test", "dev", "flickr", "flicker", "coco",
  ]

  private let directories: [String]
  /// Where archives are searched: not above the annotations, where there may be anything.
  private let archiveDirectories: [String]
  /// The index of the directory where the last image was: the next one is most likely there.
  private var latest = 0
  /// The index of archives, built when a first image is no file.
  private var archives: ArchiveIndex?
  /// The indexes of archives that names lead into, by path.
  private var shards: [String: ArchiveIndex] = [:]
  /// The names of images whose names are numbers, by number; built on first use.
  private var numbered: [Int: String]?
  /// Whether names may also be relative to the working directory, where nothing is found elsewhere.
  var looksInWorkingDirectory = false

  /// - Parameters:
  ///   - annotations: the directory of the annotations, searched first, with its usual folders.
  ///   - imageDirectory: where the user says that images are; then nothing else is searched.
  ///   - includesParent: whether the directory above, and its usual folders, are searched too.
  init(annotations: String, imageDirectory: String?, includesParent: Bool = false) throws(DatasetError) {
    archiveDirectories = try Self.withUsualFolders(imageDirectory ?? annotations)
    var directories = archiveDirectories
    if includesParent, imageDirectory == nil {
      let parent = DatasetPath.join(annotations, "..")
      // A directory that may be entered but not listed is no error: the user did not name it.
      directories += (try? Self.withUsualFolders(parent)) ?? []
    }
    self.directories = directories
  }

  /// The damage in the archives that were searched.
  var damaged: [DamagedSample] {
    (archives?.damaged ?? []) + shards.sorted { $0.key < $1.key }.flatMap(\.value.damaged)
  }

  /// - Parameter names: the possible names of the image: relative to one of the directories, or absolute.
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

  /// The member of a name that continues after an archive's, as `caption batch` writes them: `shards/000.tar/a.jpg`.
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

  /// The image whose name is a number, as in COCO: `000000000139.jpg`, `COCO_val2014_000000000042.jpg`.
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

  /// The member called `name`, in any folder of its archive if no member has exactly this path.
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

  /// The name without a leading `./`: archives made with `tar -c .` have members such as `./a.jpg`.
  private static func plain(_ name: String) -> String { name.hasPrefix("./") ? String(name.dropFirst(2)) : name }

  private func openReader(_ path: String) throws(TarDamage) -> TarReader {
    do throws(DatasetError) {
      return try TarReader(path: path)
    } catch {
      throw TarDamage(offset: 0, problem: error.description)
    }
  }
}
