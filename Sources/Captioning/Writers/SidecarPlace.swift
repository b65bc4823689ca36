package import SystemPackage

/// Where the sidecar of an image is: beside it, or in the same place below another directory.
package struct SidecarPlace: Sendable {
  /// Without the dot.
  private let fileExtension: String
  private let outputDirectory: FilePath?
  /// Directories that images were found below.
  private let roots: [FilePath]

  /// - Parameters:
  ///   - fileExtension: with or without its dot.
  ///   - outputDirectory: `nil` is beside the images.
  package init(fileExtension: String, outputDirectory: FilePath?, roots: [FilePath]) {
    self.fileExtension = fileExtension.hasPrefix(".") ? String(fileExtension.dropFirst()) : fileExtension
    self.outputDirectory = outputDirectory
    // The longest first, so that the nearest is found.
    self.roots = roots.map { $0.lexicallyNormalized() }.sorted { $0.components.count > $1.components.count }
  }

  /// - Parameter namesakes: whether another image of the same stem lies beside it, so that the sidecar needs the whole
  ///   name.
  /// - Throws: `ImageFailure` where an image cannot have a sidecar.
  func callAsFunction(_ image: ListedImage, namesakes: Bool) throws(ImageFailure) -> FilePath {
    let place = if let outputDirectory { outputDirectory.appending(mirrored(image)) } else { try beside(image) }
    return place.replacingName { name in
      let bytes = name.bytes
      // A name's stem ends at its last dot, and is not empty.
      let stem = bytes.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > 0 ? Array(bytes[..<$0]) : nil } ?? bytes
      return (namesakes ? bytes : stem) + Array(".\(fileExtension)".utf8)
    }
  }

  private func beside(_ image: ListedImage) throws(ImageFailure) -> FilePath {
    if case .shardSample = image.content {
      throw ImageFailure(
        .sidecar, stage: .write,
        message: "an image in a shard has no place beside it; name an --output-dir, or use --webdataset")
    }
    return image.path
  }

  /// The image's path below its root; of one that was named by itself, its last part. A shard stands for a directory.
  private func mirrored(_ image: ListedImage) -> [FilePath.Component] {
    let path = image.path.lexicallyNormalized()
    var components =
      roots.first { path.starts(with: $0) && $0 != path }
      .map { Array(path.components.dropFirst($0.components.count)) } ?? path.components.suffix(1)
    if case .shardSample(let sample) = image.content {
      let member = FilePath(bytes: sample.image.name).lexicallyNormalized()
      let shard = sample.shard.lexicallyNormalized()
      let below =
        roots.first { shard.starts(with: $0) && $0 != shard }
        .map { Array(shard.components.dropFirst($0.components.count)) } ?? shard.components.suffix(1)
      components =
        below.dropLast() + below.suffix(1).map { FilePath.Component($0.stem) ?? $0 } + Array(member.components)
    }
    // Nothing leaves the output directory.
    return components.filter { $0.kind == .regular }
  }
}

extension FilePath {
  func replacingName(_ change: (FilePath) -> [UInt8]) -> FilePath {
    guard let name = lastComponent else { return self }
    let changed = FilePath(bytes: change(FilePath(root: nil, [name])))
    return removingLastComponent().appending(changed.components)
  }
}
