import Captioning
import ModelFiles
import SystemPackage

/// What the page shows of an image.
struct GalleryItem: Sendable, Equatable {
  /// The image's index in the list.
  var ordinal: Int
  var path: FilePath
  /// Whether `path` is a file, not a member of a shard.
  var isFile: Bool
  var content: Content

  enum Content: Sendable, Equatable {
    case captioned(Captioned)
    case failed(ImageFailure)
  }

  struct Captioned: Sendable, Equatable {
    var text: String
    var confidence: Double
    /// Why there is no caption.
    var reason: NotSure?
    var width: Int
    var height: Int
    var hash: FileHash
    /// The thumbnail, a JPEG; `nil` where none could be made.
    var thumbnail: [UInt8]?
  }

  /// `nil` for an image that was neither captioned nor failed.
  init?(_ image: FinishedImage) {
    switch image.outcome {
    case .captioned(let caption):
      content = .captioned(
        Captioned(
          text: caption.text, confidence: caption.confidence, reason: caption.reason, width: caption.width,
          height: caption.height,
          hash: caption.hash, thumbnail: image.thumbnail))
    case .failed(let failure): content = .failed(failure)
    case .skipped, .present: return nil
    }
    ordinal = image.image.ordinal
    path = image.path
    if case .shardSample = image.image.content { isFile = false } else { isFile = true }
  }
}

extension GalleryItem {
  /// The payload of a record: little-endian numbers, lists with their lengths.
  var payload: [UInt8] {
    var bytes = ByteWriter()
    bytes.append(UInt64(clamping: ordinal))
    bytes.append(list: path.bytes)
    bytes.append(UInt8(isFile ? 1 : 0))
    switch content {
    case .captioned(let caption):
      bytes.append(list: Array(caption.text.utf8))
      bytes.append(caption.confidence.bitPattern)
      bytes.append(UInt32(clamping: caption.width))
      bytes.append(UInt32(clamping: caption.height))
      bytes.append(list: Array(caption.hash.hexadecimal.utf8))
      bytes.append(list: caption.thumbnail ?? [])
      if let reason = caption.reason { bytes.append(list: Array(reason.rawValue.utf8)) }
    case .failed(let failure):
      for text in [failure.code.rawValue, failure.stage.rawValue, failure.message] {
        bytes.append(list: Array(text.utf8))
      }
      bytes.append(UInt64(clamping: failure.bytesRead))
    }
    return bytes.bytes
  }

  /// `nil` where the payload is not of this version.
  init?(payload: [UInt8], isCaptioned: Bool) {
    var reader = ByteReader(payload[...])
    guard let ordinal: UInt64 = reader.integer(), let path = reader.list(), let isFile = reader.byte(),
      let content = isCaptioned ? Self.captioned(&reader) : Self.failed(&reader), reader.isAtEnd
    else { return nil }
    self.ordinal = Int(clamping: ordinal)
    self.path = FilePath(bytes: path)
    self.isFile = isFile == 1
    self.content = content
  }

  private static func captioned(_ reader: inout ByteReader) -> Content? {
    guard let text = reader.text(), let confidence: UInt64 = reader.integer(), let width: UInt32 = reader.integer(),
      let height: UInt32 = reader.integer(), let hash = reader.text().flatMap({ FileHash($0) }),
      let thumbnail = reader.list()
    else { return nil }
    var reason: NotSure?
    if !reader.isAtEnd {
      guard let known = reader.text().flatMap(NotSure.init(rawValue:)) else { return nil }
      reason = known
    }
    return .captioned(
      Captioned(
        text: text, confidence: Double(bitPattern: confidence), reason: reason, width: Int(width), height: Int(height),
        hash: hash, thumbnail: thumbnail.isEmpty ? nil : Array(thumbnail)))
  }

  private static func failed(_ reader: inout ByteReader) -> Content? {
    guard let code = reader.text(), let stage = reader.text().flatMap(ImageFailure.Stage.init(rawValue:)),
      let message = reader.text(), let bytesRead: UInt64 = reader.integer()
    else { return nil }
    return .failed(
      ImageFailure(
        ImageFailure.Code(rawValue: code) ?? .other, stage: stage, message: message, bytesRead: Int(clamping: bytesRead)
      ))
  }
}
