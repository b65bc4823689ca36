import Datasets
import ImageEncoding
import ModelFiles
import SystemPackage

/// What goes into a shard for one image. Long content is copied only when it is written.
struct WebDatasetSample {
  enum Piece {
    case bytes([UInt8])
    /// A member of the shard that the sample is from, from its header up to its last block's padding.
    case copy(offset: Int, count: Int)
  }

  /// The stem that the members' names share.
  let key: [UInt8]
  /// The shard that the sample is from, if any.
  private(set) var source: DatasetFile?
  private(set) var pieces: [Piece] = []
  private(set) var byteCount = 0

  /// The sample of an image file: the file as it is, named by the format in its first bytes, `.txt` and `.json`.
  ///
  /// - Throws: `ImageFailure` where the file is no longer what was captioned.
  init(file image: FinishedImage, _ caption: BatchCaption, key: [UInt8]) throws(ImageFailure) {
    self.key = key
    let content = try Self.checked(DatasetFile(image.path, stage: .write), at: 0, count: nil, caption)
    let format = content.withUnsafeBytes { ImageFormat(sniffing: $0) }
    let name =
      switch format {
      case .jpeg: "jpg"
      case .png, .webp: format.map(\.rawValue) ?? ""
      default: image.path.extension?.lowercased() ?? "img"
      }
    append(.bytes(TarBlocks.file(key + Array(".\(name)".utf8), content)))
    append(image, caption, WebDatasetRecord())
  }

  /// The sample of an image in a shard: its members as they are, in their order, with new `.txt` and `.json`.
  ///
  /// - Parameter source: the shard, open.
  /// - Throws: `ImageFailure` where the shard is no longer what was captioned.
  init(
    _ sample: ShardSample, from source: DatasetFile, _ image: FinishedImage, _ caption: BatchCaption
  ) throws(ImageFailure) {
    key = sample.key
    self.source = source
    _ = try Self.checked(source, at: sample.image.offset, count: sample.image.count, caption)
    var record = WebDatasetRecord()
    for member in sample.members {
      try Self.check(member, of: source)
      switch SampleName(member.name)?.fileExtension {
      case "txt": record.text = try Self.bytes(source, at: member.offset, count: member.count)
      case "json": record.json = try Self.bytes(source, at: member.offset, count: member.count)
      default:
        append(.copy(offset: member.headerOffset, count: member.offset - member.headerOffset + member.count))
        append(.bytes(TarBlocks.padding(behind: member.count)))
      }
    }
    append(image, caption, record)
  }

  private mutating func append(_ image: FinishedImage, _ caption: BatchCaption, _ record: WebDatasetRecord) {
    append(.bytes(TarBlocks.file(key + Array(".txt".utf8), Array(caption.text.utf8))))
    append(.bytes(TarBlocks.file(key + Array(".json".utf8), record.bytes(image, caption))))
  }

  private mutating func append(_ piece: Piece) {
    pieces.append(piece)
    switch piece {
    case .bytes(let bytes): byteCount += bytes.count
    case .copy(_, let count): byteCount += count
    }
  }

  /// The image's content, after checking that it is the one that was captioned.
  private static func checked(
    _ file: DatasetFile, at offset: Int, count: Int?, _ caption: BatchCaption
  ) throws(ImageFailure) -> [UInt8] {
    let content = try bytes(file, at: offset, count: count ?? file.byteCount)
    guard content.count <= TarBlocks.maximumByteCount else {
      throw ImageFailure(
        .fileTooLarge, stage: .write, message: "is larger than the 8 GB that a shard's member may have")
    }
    guard FileHash.hash(of: content) == caption.hash else { throw .changedSinceCaptioned }
    return content
  }

  private static func bytes(_ file: DatasetFile, at offset: Int, count: Int) throws(ImageFailure) -> [UInt8] {
    do {
      let bytes = try file.bytes(at: offset, count: count)
      guard bytes.count == count else { throw ImageFailure.changedSinceCaptioned }
      return bytes
    } catch let failure as ImageFailure {
      throw failure
    } catch {
      throw ImageFailure(.unreadable, stage: .write, message: "\(error)")
    }
  }

  /// Checks that the member is where it was: otherwise the copy would be no archive.
  private static func check(_ member: ShardMember, of source: DatasetFile) throws(ImageFailure) {
    var reader = TarReader(file: source, offset: member.headerOffset)
    guard let found = try? reader.next(), found.headerOffset == member.headerOffset, found.offset == member.offset,
      found.count == member.count, found.nameBytes == member.name
    else { throw .changedSinceCaptioned }
  }
}

extension ImageFailure {
  static let changedSinceCaptioned = ImageFailure(
    .changed, stage: .write,
    message: "changed after it was captioned; take it with --retry-errors when nobody writes it any more")
}
