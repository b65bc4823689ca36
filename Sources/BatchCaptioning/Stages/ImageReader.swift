import Datasets
import ImageEncoding
import ModelFiles
import SystemPackage
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads a whole image from a file or a shard, and finds out early what is no image.
package struct ImageReader: Sendable {
  /// The most bytes of an image.
  let limit: Int
  /// The memory that all images being read may take together.
  let memory: Budget

  package init(limit: Int, memory: Budget) {
    self.limit = limit
    self.memory = memory
  }

  enum Content {
    case image([UInt8], FileStamp)
    /// A file that is no image and has no image's extension.
    case skipped
  }

  /// The content of an image, and the part of `memory` that it takes, which the caller gives back.
  ///
  /// - Throws: `ImageFailure`, `CancellationError`; `FileSystemError.tooManyOpenFiles`.
  func read(_ image: ListedImage) async throws -> (content: Content, taken: Int) {
    switch image.content {
    case .problem(let failure): throw failure
    case .file: return try await read(image.path, member: nil, name: image.path)
    case .shardSample(let sample): return try await read(sample.shard, member: sample.image, name: image.path)
    }
  }

  private func read(_ path: FilePath, member: ShardMember?, name: FilePath) async throws -> (Content, Int) {
    let file: FileDescriptor
    do {
      // Without non-blocking, opening a pipe would wait until something writes into it.
      file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
    } catch let error as Errno where error == .tooManyOpenFiles || error == .tooManyOpenFilesInSystem {
      // Not this image's fault: the next one would fail as well.
      throw FileSystemError(code: error.rawValue, operation: "open", path: path.text)
    } catch let error as Errno {
      throw ImageFailure(error, stage: .read)
    }
    defer { try? file.close() }
    let before = try identity(file)
    let count = member?.count ?? Int(before.byteCount)
    if count == 0 {
      // No image is expected in a sidecar that waits for its text, or in some program's cache.
      if member == nil, !name.hasImageExtension { return (.skipped, 0) }
      throw ImageFailure(.empty, problemOf: .empty)
    }
    if count > limit { throw ImageFailure(.fileTooLarge, problemOf: .fileTooLarge(limit: limit)) }
    let taken = try await memory.take(count)
    guard Memory.allows(2 * count) else {
      memory.give(taken)
      throw ImageFailure(.outOfMemory, problemOf: .noMemoryToRead(byteCount: count))
    }
    do {
      let bytes = try read(file, at: member?.offset ?? 0, count: count, isLoose: member == nil, name: name)
      guard let bytes else { return (.skipped, taken) }
      let after = try identity(file)
      if bytes.count != count || after.byteCount != before.byteCount || after.modified != before.modified {
        throw ImageFailure(
          .changed, stage: .read,
          message: "changed while it was read; take it with --retry-errors when nobody writes it any more",
          bytesRead: bytes.count)
      }
      return (.image(bytes, FileStamp(before)), taken)
    } catch {
      memory.give(taken)
      throw error
    }
  }

  private func identity(_ file: FileDescriptor) throws(ImageFailure) -> FileIdentity {
    var status = stat()
    guard fstat(file.rawValue, &status) == 0 else { throw ImageFailure(Errno(rawValue: errno), stage: .read) }
    if status.st_mode & S_IFMT == S_IFDIR { throw ImageFailure(.directory, problemOf: .directory) }
    if status.st_mode & S_IFMT != S_IFREG {
      throw ImageFailure(.notAFile, stage: .read, message: "is no regular file; give image files")
    }
    guard let identity = try? FileIdentity(descriptor: file.rawValue) else {
      throw ImageFailure(Errno(rawValue: errno), stage: .read)
    }
    return identity
  }

  /// - Parameter isLoose: whether it is a file by itself; one that is no image may have any name, and is then skipped.
  /// - Returns: `nil` for what is no image and has no image's extension.
  private func read(
    _ file: FileDescriptor, at offset: Int, count: Int, isLoose: Bool, name: FilePath
  ) throws(ImageFailure) -> [UInt8]? {
    var bytes = try read(file, at: offset, count: min(count, ImageFormat.signatureLength), before: 0)
    let format = bytes.withUnsafeBytes { ImageFormat(sniffing: $0) }
    guard let format, format.isDecodable else {
      if isLoose, !name.hasImageExtension, format?.isUnmistakablyAnImage != true { return nil }
      let cause: ImageDecodingError.Cause = format == nil ? .notAnImage : .refusedFormat
      throw ImageFailure(ImageDecodingError(file: name.text, format: format, cause: cause), bytesRead: bytes.count)
    }
    bytes += try read(file, at: offset + bytes.count, count: count - bytes.count, before: bytes.count)
    return bytes
  }

  /// Reads fewer bytes than `count` only where the file ends before.
  private func read(
    _ file: FileDescriptor, at offset: Int, count: Int, before: Int
  ) throws(ImageFailure) -> [UInt8] {
    var code: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled..<count]))
        do {
          let got = try file.read(fromAbsoluteOffset: Int64(offset + filled), into: rest)
          if got == 0 { break }
          filled += got
        } catch {
          code = error as? Errno ?? .ioError
          break
        }
      }
    }
    if let code { throw ImageFailure(code, stage: .read, bytesRead: before + bytes.count) }
    return bytes
  }
}

extension FilePath {
  /// Whether the name has the extension of an image of any format.
  package var hasImageExtension: Bool {
    self.extension.map { ImageFormat.extensions.contains($0.lowercased()) } ?? false
  }
}
