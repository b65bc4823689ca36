/// Why a file gave no image: which file, what it is, what is wrong with it, and what may help.
package struct ImageDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Cause: Equatable, Sendable {
    case notFound
    case directory
    case empty
    /// The system's message.
    case unreadable(String)
    /// An address, with its scheme.
    case url(scheme: String)
    case fileTooLarge(limit: Int)
    case notAnImage
    /// A format that is recognised and not decoded.
    case refusedFormat
    /// A variant of a decodable format; the codec's message.
    case unsupported(String)
    case truncated
    /// The file ends after its last pixel, but before its end marker.
    case endMissing
    /// The codec's message.
    case corrupt(String)
    case tooManyPixels(width: Int, height: Int, limit: Int)
    case tooManyScans(limit: Int)
    case outOfMemory(width: Int, height: Int)
    /// There is no memory for the bytes of the file.
    case noMemoryToRead(byteCount: Int)
    /// The limit of open files is reached.
    case tooManyOpenFiles
  }

  /// The path as it was given; `-` for standard input.
  package let file: String
  /// What the content says it is, where that is known.
  package let format: ImageFormat?
  package let cause: Cause

  package init(file: String, format: ImageFormat? = nil, cause: Cause) {
    self.file = file
    self.format = format
    self.cause = cause
  }

  /// `file: what is wrong; what may help`.
  package var description: String { "\(file == "-" ? "standard input" : file): \(problem); \(remedy)" }

  /// Whether the same image may be decoded when more memory is free.
  package var isLackOfMemory: Bool {
    switch cause {
    case .outOfMemory, .noMemoryToRead: true
    default: false
    }
  }

  private var name: String { format?.description ?? "image" }

  /// What is wrong, in words.
  package var problem: String {
    switch cause {
    case .notFound: "no such file"
    case .directory: "is a directory, not an image"
    case .empty: "is empty"
    case .unreadable(let reason): "cannot be read (\(reason))"
    case .url(let scheme): "is a \(scheme) address, not a file"
    case .fileTooLarge(let limit): "is larger than \(limit) bytes"
    case .notAnImage: "is not an image of a known format"
    case .refusedFormat where format == .lfsPointer: "is a Git LFS pointer, and not the image itself"
    case .refusedFormat: "is \(format.map { "a file of the format \($0)" } ?? "of a format"), which is not decoded"
    case .unsupported(let reason): "is a kind of \(name) that is not decoded\(Self.inParentheses(reason))"
    case .truncated: "is a truncated \(name): the file ends before the image does"
    case .endMissing: "is a \(name) without its end: all pixels are there, and the mark behind them is not"
    case .corrupt(let reason): "is a damaged \(name)\(Self.inParentheses(reason))"
    case .tooManyPixels(let width, let height, let limit):
      "is a \(name) of \(width)×\(height) pixels, more than the limit of \(limit)"
    case .tooManyScans(let limit): "is a \(name) of more than \(limit) scans, as files made to waste time have"
    case .outOfMemory(let width, let height): "is a \(name) of \(width)×\(height) pixels, for which memory is lacking"
    case .noMemoryToRead(let byteCount): "is a file of \(byteCount) bytes or more, for which memory is lacking"
    case .tooManyOpenFiles: "cannot be opened: too many open files"
    }
  }

  /// What the user can do about it.
  package var remedy: String {
    switch cause {
    case .notFound: "check the path"
    case .directory: "caption what is in it with: caption batch \(file)"
    case .empty: "copy or download it again"
    case .unreadable: "check its permissions"
    case .url(let scheme):
      scheme == "file" ? "give the plain path instead" : "download it first and give the file's path"
    case .fileTooLarge: "give an image, or re-encode it smaller"
    case .notAnImage: "give a JPEG, PNG or WebP file"
    case .refusedFormat:
      switch format {
      case .html: "the download probably saved a web page: fetch the image itself again"
      case .video: "extract a frame as JPEG or PNG first"
      case .lfsPointer: "fetch the image with 'git lfs pull' in the repository"
      case .svg, .pdf: "render it to PNG first"
      default: "convert it to JPEG, PNG or WebP first"
      }
    case .unsupported: "re-encode it as plain JPEG or PNG"
    case .endMissing: "use --allow-truncated to decode it, or write it anew with any image editor"
    case .truncated, .corrupt: "copy or download it again, or use --allow-truncated to decode what is there"
    case .tooManyPixels: "shrink it first, or raise --max-pixels if you trust it"
    case .tooManyScans: "re-encode it if you trust it"
    case .outOfMemory: "shrink it first, raise the limit (ulimit -v) or free memory"
    case .noMemoryToRead: "re-encode it smaller, raise the limit (ulimit -v) or free memory"
    case .tooManyOpenFiles: "raise the limit (ulimit -n)"
    }
  }

  private static func inParentheses(_ reason: String) -> String { reason.isEmpty ? "" : " (\(reason))" }
}
