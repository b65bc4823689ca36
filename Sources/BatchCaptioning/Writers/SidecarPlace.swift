package import SystemPackage

/// Where the sidecar of an image is: beside it, or in the same place below another directory.
package struct SidecarPlace: Sendable {
  /// The extension without the dot.
  private let fileExtension: String
  private let outputDirectory: FilePath?
  /// The directories below which images were found.
  private let roots: [FilePath]

  /// - Parameters:
  ///   - fileExtension: the extension, with or without its dot.
  ///   - outputDirectory: the directory for sidecars; `nil` puts them beside the images.
  package init(fileExtension: String, outputDirectory: FilePath?, roots: [FilePath]) {
    self.fileExtension = fileExtension.hasPrefix(".") ? String(fileExtension.dropFirst()) : fileExtension
    self.outputDirectory = outputDirectory
    // The longest first, so that the nearest is found.
    self.roots = roots.map { $0.lexicallyNormalized() }.sorted { $0.components.count > $1.components.count }
  }

  /// Whether sidecars are below another directory than the images.
  var isMirrored: Bool { outputDirectory != nil }

  /// - Parameter namesakes: whether another image of the same stem is beside it, so that the sidecar needs the full
  ///   name.
  /// - Throws: `ImageFailure` where an image cannot have a sidecar.
  package func callAsFunction(_ image: ListedImage, namesakes: Bool) throws(ImageFailure) -> FilePath {
    let place = if let outputDirectory { outputDirectory.appending(try mirrored(image)) } else { try beside(image) }
    let sidecar = place.replacingName { name in
      (namesakes ? name.bytes : name.stemBytes) + Array(".\(fileExtension)".utf8)
    }
    // It could be the image itself, or another.
    if sidecar.hasImageExtension {
      throw Self.failure("its sidecar would be called \(sidecar.text), like an image; choose another --extension")
    }
    return sidecar
  }

  private func beside(_ image: ListedImage) throws(ImageFailure) -> FilePath {
    if case .shardSample = image.content {
      throw Self.failure("an image in a shard has no place beside it; name an --output-dir, or use --webdataset")
    }
    return image.path
  }

  /// The image's path below its root; only its last part if the image itself was given. A shard stands for a directory.
  private func mirrored(_ image: ListedImage) throws(ImageFailure) -> [FilePath.Component] {
    var components: [FilePath.Component]
    if case .shardSample(let sample) = image.content {
      let shard = belowRoot(sample.shard)
      let name = shard.suffix(1).map { FilePath.Component($0.stem) ?? $0 }
      let member = FilePath(bytes: sample.image.name).lexicallyNormalized().components
      components = shard.dropLast() + name + member
      // Nothing may leave the directory that stands for the shard.
      if !member.contains(where: { $0.kind == .regular }) { components = [] }
    } else {
      components = belowRoot(image.path)
    }
    components.removeAll { $0.kind != .regular }
    if components.isEmpty { throw Self.failure("its name is none that a sidecar could have; rename it") }
    return components
  }

  private func belowRoot(_ path: FilePath) -> [FilePath.Component] {
    let path = path.lexicallyNormalized()
    for root in roots where root.isAbsolute == path.isAbsolute && root != path && path.starts(with: root) {
      let below = path.components.dropFirst(root.components.count)
      // Relative to the working directory, "../a.jpg" is not below.
      if below.first?.kind == .regular { return Array(below) }
    }
    return path.components.suffix(1)
  }

  private static func failure(_ message: String) -> ImageFailure {
    ImageFailure(.sidecar, stage: .write, message: message)
  }
}

extension FilePath {
  /// The last component up to its last dot, unless that is its first byte: of `a.b.jpg`, `a.b`.
  var stemBytes: [UInt8] {
    let bytes = lastComponent.map { FilePath(root: nil, [$0]).bytes } ?? []
    return bytes.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > 0 ? Array(bytes[..<$0]) : nil } ?? bytes
  }

  func replacingName(_ change: (FilePath) -> [UInt8]) -> FilePath {
    guard let name = lastComponent else { return self }
    let changed = FilePath(bytes: change(FilePath(root: nil, [name])))
    return removingLastComponent().appending(changed.components)
  }
}
