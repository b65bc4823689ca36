import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage

/// Images at the end of their way, for writers.
enum WrittenImage {
  static let hash = FileHash.hash(of: [])
  static let hexadecimal = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  static func captioned(_ path: FilePath, _ text: String = "a cat") -> FinishedImage {
    FinishedImage(listed(path), outcome: .captioned(caption(text)))
  }

  static func failed(_ path: FilePath, _ failure: ImageFailure) -> FinishedImage {
    FinishedImage(listed(path), outcome: .failed(failure))
  }

  static func listed(_ path: FilePath) -> ListedImage { ListedImage(ordinal: 0, path: path, content: .file) }

  static func sample(_ shard: FilePath, member: String) -> ListedImage {
    let image = ShardMember(name: Array(member.utf8), headerOffset: 0, offset: 512, count: 1)
    let sample = ShardSample(shard: shard, key: [], image: image, members: [image])
    return ListedImage(ordinal: 0, path: FilePath(shard.string + "/" + member), content: .shardSample(sample))
  }

  static func caption(_ text: String) -> BatchCaption {
    BatchCaption(
      text: text, judgement: CaptionJudgement(confidence: 0.87654321, logProbability: -0.13171717), width: 640,
      height: 480, hash: hash, model: "default", milliseconds: 12.34567)
  }

  /// One that the captioner was not sure of.
  static let unsure = FinishedImage(
    listed("a.jpg"),
    outcome: .captioned(
      BatchCaption(
        text: "a dog", judgement: CaptionJudgement(confidence: 0.0123456, logProbability: -2.5, reason: .notAPhoto),
        width: 640, height: 480, hash: hash, model: "default", milliseconds: 1)))

  /// What rows have none of.
  static let withoutCaption: [FinishedImage] = [
    FinishedImage(listed("a.jpg"), outcome: .skipped),
    FinishedImage(listed("a.jpg"), outcome: .present),
    failed("a.jpg", ImageFailure(.empty, stage: .read, message: "empty")),
  ]

  /// Texts that formats must write with care; as names of files too.
  static let oddTexts = [
    " spaces at both ends ", "a \"quoted\" 'word'", "two\nlines", "tab\tand\rreturn", "back\\slash",
    "comma, semicolon;",
    "\u{1}control\u{7F}", "emoji 👩‍👩‍👧 and e\u{301}", "separators \u{2028}\u{2029}", "<&>", "=1+1", "\"", "",
  ]

  /// A path that is not UTF-8: `photos/` and `é.jpg` in Latin-1.
  static let latin1 = FilePath(bytes: Array("photos/".utf8) + [0xE9] + Array(".jpg".utf8))
}

/// A directory for what writers write.
struct WrittenFiles {
  let url: URL

  var path: FilePath { FilePath(url.path(percentEncoded: false)) }

  func text(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

  func path(_ name: String) -> FilePath { FilePath(text(name)) }

  func write(_ text: String, as name: String) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: text(name)) }

  func names(_ directory: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: text(directory)).sorted()
  }
}
