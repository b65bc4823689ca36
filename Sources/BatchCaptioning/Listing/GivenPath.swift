import Datasets
import SystemPackage

/// What a given path may be besides a file.
extension FilePath {
  private static let schemes = ["http", "https", "ftp", "s3", "gs", "hdfs", "file"]
  private static let compressedEndings = [
    ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst",
  ]

  /// The URL that was given as a path; `FilePath` reduces its two slashes to one.
  var url: String? {
    let bytes = bytes
    guard let scheme = Self.schemes.first(where: { bytes.starts(with: Array("\($0):/".utf8)) }) else { return nil }
    return "\(scheme)://" + String(decoding: bytes.dropFirst(scheme.utf8.count + 2), as: UTF8.self)
  }

  /// The paths that a path with braces stands for; `nil` where it has none, or wrong ones.
  var pathsOfBraces: [String]? {
    guard isText, text.contains("{") else { return nil }
    return try? ShardPattern.paths(text)
  }

  var isShard: Bool { self.extension?.lowercased() == "tar" }

  var isCompressedShard: Bool {
    let name = lastComponent?.string.lowercased() ?? ""
    return Self.compressedEndings.contains { name.hasSuffix($0) }
  }
}

extension ImageFailure {
  static func url(_ url: String) -> ImageFailure {
    ImageFailure(.url, stage: .list, message: "\(url) is a URL, and only files are read; download it first")
  }

  static let compressedShard = ImageFailure(
    .unsupportedFormat, stage: .list,
    message: "is a compressed shard, whose images cannot be read in place; unpack it to a .tar file (gunzip, unxz, "
      + "unzstd), then give that")

  static let noRegularFile = ImageFailure(
    .notAFile, stage: .list, message: "is no regular file; give image files, directories or tar shards")
}
