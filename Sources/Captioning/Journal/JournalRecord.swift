package import ModelFiles
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An entry of the journal.
///
/// On disk, little-endian: the payload's length (4 bytes), its CRC-32 (4 bytes), the payload, which begins with a byte that
/// tells the kind.
package enum JournalRecord: Sendable, Equatable {
  /// An image whose way is at its end.
  case image(JournalledImage)
  /// All records before it are final, and outputs are on the disk up to these positions.
  case commit([OutputPosition])
  /// A run began or went on here.
  case runStart
}

package struct JournalledImage: Sendable, Equatable {
  package var key: ImageKey
  /// It stands for an image that failed earlier, and whose earlier record counts no more.
  package var isRetry: Bool
  package var outcome: Outcome

  package enum Outcome: Sendable, Equatable {
    case captioned(JournalledCaption)
    case failed(ImageFailure, path: FilePath)
    case skipped
    case present
  }

  package init(key: ImageKey, isRetry: Bool = false, outcome: Outcome) {
    self.key = key
    self.isRetry = isRetry
    self.outcome = outcome
  }

  /// Whether it is a directory or shard that could not be listed, at which every run looks anew.
  var isListingProblem: Bool {
    if case .failed(let failure, _) = outcome { failure.stage == .list } else { false }
  }
}

/// As much of a caption as an image of the same content needs.
package struct JournalledCaption: Sendable, Equatable {
  package var hash: FileHash
  package var width: Int
  package var height: Int
  /// Empty where the captioner was not sure.
  package var text: String
  package var judgement: CaptionJudgement

  package init(_ caption: BatchCaption) {
    hash = caption.hash
    (width, height) = (caption.width, caption.height)
    judgement = caption.judgement
    text = caption.text
  }

  package init(hash: FileHash, width: Int, height: Int, judgement: CaptionJudgement, text: String) {
    (self.hash, self.width, self.height, self.judgement, self.text) = (hash, width, height, judgement, text)
  }
}

extension JournalRecord {
  private enum Kind: UInt8 {
    /// As version 0.1 wrote it: with the confidence of the words alone.
    case captioned = 1
    case failed, skipped, present, commit, runStart
    case judged
  }

  package var payload: [UInt8] {
    var bytes = ByteWriter()
    switch self {
    case .image(let image):
      let kind: Kind =
        switch image.outcome {
        case .captioned: .judged
        case .failed: .failed
        case .skipped: .skipped
        case .present: .present
        }
      bytes.append(kind.rawValue)
      bytes.append(image.key.high)
      bytes.append(image.key.low)
      bytes.append(UInt8(image.isRetry ? 1 : 0))
      switch image.outcome {
      case .captioned(let caption):
        bytes.bytes += caption.hash.digest
        bytes.append(UInt32(clamping: caption.width))
        bytes.append(UInt32(clamping: caption.height))
        bytes.append(caption.judgement.confidence.bitPattern)
        bytes.append(list: Array(caption.text.utf8))
        bytes.append(caption.judgement.logProbability.bitPattern)
        bytes.append(list: Array((caption.judgement.reason?.rawValue ?? "").utf8))
      case .failed(let failure, let path):
        for text in [failure.code.rawValue, failure.stage.rawValue, failure.message] {
          bytes.append(list: Array(text.utf8))
        }
        bytes.append(UInt64(clamping: failure.bytesRead))
        bytes.append(list: path.bytes)
      case .skipped, .present: break
      }
    case .commit(let positions):
      bytes.append(Kind.commit.rawValue)
      bytes.append(UInt32(clamping: positions.count))
      for position in positions {
        for number in [position.part, position.byteCount, position.rows] { bytes.append(UInt64(clamping: number)) }
      }
    case .runStart:
      bytes.append(Kind.runStart.rawValue)
    }
    return bytes.bytes
  }

  /// `nil` where the payload is none of this version.
  package init?(payload: ArraySlice<UInt8>) {
    var reader = ByteReader(payload)
    guard let kind = reader.byte().flatMap(Kind.init(rawValue:)) else { return nil }
    switch kind {
    case .runStart:
      self = .runStart
    case .commit:
      guard let positions = Self.positions(&reader) else { return nil }
      self = .commit(positions)
    case .captioned, .judged, .failed, .skipped, .present:
      guard let high: UInt64 = reader.integer(), let low: UInt64 = reader.integer(), let flags = reader.byte(),
        let outcome = Self.outcome(kind, &reader)
      else { return nil }
      self = .image(JournalledImage(key: ImageKey(high: high, low: low), isRetry: flags & 1 == 1, outcome: outcome))
    }
    guard reader.isAtEnd else { return nil }
  }

  private static func positions(_ reader: inout ByteReader) -> [OutputPosition]? {
    guard let count: UInt32 = reader.integer(), count < 1000 else { return nil }
    var positions: [OutputPosition] = []
    for _ in 0..<count {
      guard let part: UInt64 = reader.integer(), let byteCount: UInt64 = reader.integer(),
        let rows: UInt64 = reader.integer()
      else { return nil }
      positions.append(
        OutputPosition(part: Int(clamping: part), byteCount: Int(clamping: byteCount), rows: Int(clamping: rows)))
    }
    return positions
  }

  private static func outcome(_ kind: Kind, _ reader: inout ByteReader) -> JournalledImage.Outcome? {
    switch kind {
    case .skipped: return .skipped
    case .present: return .present
    case .captioned, .judged:
      guard let digest = reader.bytes(32), let hash = FileHash(digest: digest), let width: UInt32 = reader.integer(),
        let height: UInt32 = reader.integer(), let confidence: UInt64 = reader.integer(), let text = reader.list()
      else { return nil }
      var judgement = CaptionJudgement(
        confidence: Double(bitPattern: confidence), logProbability: log(Double(bitPattern: confidence)))
      if kind == .judged {
        guard let read = CaptionJudgement(confidence: judgement.confidence, &reader) else { return nil }
        judgement = read
      }
      return .captioned(
        JournalledCaption(
          hash: hash, width: Int(width), height: Int(height), judgement: judgement,
          text: String(decoding: text, as: UTF8.self)))
    case .failed:
      guard let code = reader.text(), let stage = reader.text().flatMap(ImageFailure.Stage.init(rawValue:)),
        let message = reader.text(), let bytesRead: UInt64 = reader.integer(), let path = reader.list()
      else { return nil }
      let failure = ImageFailure(
        ImageFailure.Code(rawValue: code) ?? .other, stage: stage, message: message, bytesRead: Int(clamping: bytesRead)
      )
      return .failed(failure, path: FilePath(bytes: path))
    case .commit, .runStart: return nil
    }
  }
}

extension CaptionJudgement {
  /// What a record has behind the text.
  fileprivate init?(confidence: Double, _ reader: inout ByteReader) {
    guard let logProbability: UInt64 = reader.integer(), let reason = reader.text(),
      reason.isEmpty || NotSure(rawValue: reason) != nil
    else { return nil }
    self.init(
      confidence: confidence, logProbability: Double(bitPattern: logProbability), reason: NotSure(rawValue: reason))
  }
}
