import Captioning
import ModelFiles
import SystemPackage
import TextDecoding

/// An entry of the journal.
///
/// On disk, little-endian: the payload's length (4 bytes), its CRC-32 (4 bytes), and the payload, whose first byte is
/// the record's kind.
package enum JournalRecord: Sendable, Equatable {
  /// An image that is finished.
  case image(JournalledImage)
  /// A commit: all records before it are final, and outputs are on the disk up to these positions.
  case commit([OutputPosition])
  /// A run began or continued here.
  case runStart
  /// What earlier records say of this output no longer counts: its file was gone and is made anew.
  case forgotten(output: Int)
  /// No output has rows of captions that were replaced before this record.
  case tidied
}

extension JournalRecord {
  fileprivate enum Kind: UInt8 {
    case captioned = 1
    case failed, skipped, present, commit, runStart, forgotten, tidied
  }

  fileprivate enum Flags {
    static let isRetry: UInt8 = 1
    static let isAgain: UInt8 = 2
    static let hasSource: UInt8 = 4
    static let hasReplaced: UInt8 = 8
  }

  package var payload: [UInt8] {
    var bytes = ByteWriter()
    switch self {
    case .image(let image): image.append(to: &bytes)
    case .commit(let positions):
      bytes.append(Kind.commit.rawValue)
      bytes.append(UInt32(clamping: positions.count))
      for position in positions { bytes.append(position) }
    case .runStart: bytes.append(Kind.runStart.rawValue)
    case .forgotten(let output):
      bytes.append(Kind.forgotten.rawValue)
      bytes.append(UInt8(clamping: output))
    case .tidied: bytes.append(Kind.tidied.rawValue)
    }
    return bytes.bytes
  }

  /// `nil` where the payload is not of this version.
  package init?(payload: ArraySlice<UInt8>) {
    var reader = ByteReader(payload)
    guard let kind = reader.byte().flatMap(Kind.init(rawValue:)) else { return nil }
    switch kind {
    case .runStart: self = .runStart
    case .tidied: self = .tidied
    case .forgotten:
      guard let output = reader.byte() else { return nil }
      self = .forgotten(output: Int(output))
    case .commit:
      guard let positions = Self.positions(&reader) else { return nil }
      self = .commit(positions)
    case .captioned, .failed, .skipped, .present:
      guard let image = Self.image(kind, &reader) else { return nil }
      self = .image(image)
    }
    guard reader.isAtEnd else { return nil }
  }

  private static func positions(_ reader: inout ByteReader) -> [OutputPosition]? {
    guard let count: UInt32 = reader.integer(), count <= BatchJournal.mostOutputs else { return nil }
    var positions: [OutputPosition] = []
    for _ in 0..<count {
      guard let position = reader.position() else { return nil }
      positions.append(position)
    }
    return positions
  }

  private static func image(_ kind: Kind, _ reader: inout ByteReader) -> JournalledImage? {
    guard let high: UInt64 = reader.integer(), let low: UInt64 = reader.integer(), let flags = reader.byte(),
      let outputs: UInt64 = reader.integer(), let outcome = outcome(kind, &reader)
    else { return nil }
    var image = JournalledImage(
      key: ImageKey(high: high, low: low), isRetry: flags & Flags.isRetry != 0, isAgain: flags & Flags.isAgain != 0,
      outcome: outcome, outputs: outputs)
    if flags & Flags.hasSource != 0 {
      guard let path = reader.list(), let byteCount: Int64 = reader.integer(), let modified: Int64 = reader.integer()
      else { return nil }
      image.source = JournalledSource(
        path: FilePath(bytes: path), stamp: FileStamp(byteCount: byteCount, modified: modified))
    }
    if flags & Flags.hasReplaced != 0 {
      guard let path = reader.list() else { return nil }
      image.replacedPath = FilePath(bytes: path)
    }
    return image
  }

  private static func outcome(_ kind: Kind, _ reader: inout ByteReader) -> JournalledImage.Outcome? {
    switch kind {
    case .skipped: return .skipped
    case .present: return .present
    case .captioned: return reader.caption().map { .captioned($0) }
    case .failed:
      guard let code = reader.text(), let stage = reader.text().flatMap(ImageFailure.Stage.init(rawValue:)),
        let message = reader.text(), let bytesRead: UInt64 = reader.integer(), let path = reader.list()
      else { return nil }
      let failure = ImageFailure(
        ImageFailure.Code(rawValue: code) ?? .other, stage: stage, message: message, bytesRead: Int(clamping: bytesRead)
      )
      return .failed(failure, path: FilePath(bytes: path))
    case .commit, .runStart, .forgotten, .tidied: return nil
    }
  }
}

extension JournalledImage {
  fileprivate func append(to bytes: inout ByteWriter) {
    let kind: JournalRecord.Kind =
      switch outcome {
      case .captioned: .captioned
      case .failed: .failed
      case .skipped: .skipped
      case .present: .present
      }
    bytes.append(kind.rawValue)
    bytes.append(key.high)
    bytes.append(key.low)
    var flags: UInt8 = 0
    if isRetry { flags |= JournalRecord.Flags.isRetry }
    if isAgain { flags |= JournalRecord.Flags.isAgain }
    if source != nil { flags |= JournalRecord.Flags.hasSource }
    if replacedPath != nil { flags |= JournalRecord.Flags.hasReplaced }
    bytes.append(flags)
    bytes.append(outputs)
    switch outcome {
    case .captioned(let caption): bytes.append(caption)
    case .failed(let failure, let path):
      for text in [failure.code.rawValue, failure.stage.rawValue, failure.message] {
        bytes.append(list: Array(text.utf8))
      }
      bytes.append(UInt64(clamping: failure.bytesRead))
      bytes.append(list: path.bytes)
    case .skipped, .present: break
    }
    if let source {
      bytes.append(list: source.path.bytes)
      bytes.append(source.stamp.byteCount)
      bytes.append(source.stamp.modified)
    }
    if let replacedPath { bytes.append(list: replacedPath.bytes) }
  }
}

extension ByteWriter {
  fileprivate mutating func append(_ caption: JournalledCaption) {
    bytes += caption.hash.digest
    append(UInt32(clamping: caption.width))
    append(UInt32(clamping: caption.height))
    append(caption.judgement.confidence.bitPattern)
    append(caption.judgement.logProbability.bitPattern)
    append(list: Array(caption.text.utf8))
    append(list: Array((caption.judgement.reason?.rawValue ?? "").utf8))
    append(list: Array((caption.finishReason?.rawValue ?? "").utf8))
  }

  mutating func append(_ position: OutputPosition) {
    for number in [position.part, position.byteCount, position.rows] { append(UInt64(clamping: number)) }
    append(list: position.digest?.digest ?? [])
  }
}

extension ByteReader {
  fileprivate mutating func caption() -> JournalledCaption? {
    guard let digest = bytes(32), let hash = FileHash(digest: digest), let width: UInt32 = integer(),
      let height: UInt32 = integer(), let confidence: UInt64 = integer(), let logProbability: UInt64 = integer(),
      let caption = text(), let reason = text(), let finish = text(),
      reason.isEmpty || NotSure(rawValue: reason) != nil, finish.isEmpty || FinishReason(rawValue: finish) != nil
    else { return nil }
    let judgement = CaptionJudgement(
      confidence: Double(bitPattern: confidence), logProbability: Double(bitPattern: logProbability),
      reason: NotSure(rawValue: reason))
    return JournalledCaption(
      hash: hash, width: Int(width), height: Int(height), judgement: judgement, text: caption,
      finishReason: FinishReason(rawValue: finish))
  }

  mutating func position() -> OutputPosition? {
    guard let part: UInt64 = integer(), let byteCount: UInt64 = integer(), let rows: UInt64 = integer(),
      let digest = list(), digest.isEmpty || digest.count == 32
    else { return nil }
    return OutputPosition(
      part: Int(clamping: part), byteCount: Int(clamping: byteCount), rows: Int(clamping: rows),
      digest: FileHash(digest: digest))
  }
}
