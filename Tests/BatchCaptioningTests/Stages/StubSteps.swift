import BatchCaptioning
import Captioning
import Foundation
import ImageEncoding
import Synchronization
import SystemPackage
import Tensors
import TextDecoding

/// A captioner that says of an image what number its file holds. Files begin like a JPEG; see `StubImages`.
struct StubSteps: CaptioningSteps {
  /// What a step does before it works; may wait or throw.
  var beforePreparing: @Sendable (Int) throws -> Void = { _ in }
  var beforeEncoding: @Sendable ([Int]) throws -> Void = { _ in }
  var beforeMapping: @Sendable (Int) throws -> Void = { _ in }
  /// How many captions there is memory for.
  var mostRows = Int.max
  /// How many tokens an image's caption has.
  var length: @Sendable (Int) -> Int = { 1 + $0 % 5 }
  /// Images whose generation fails.
  var ungeneratable: Set<Int> = []
  /// Images that it is not sure of.
  var unsure: Set<Int> = []
  let counts = Counts()

  final class Counts: Sendable {
    private let state = Mutex((prepared: [Int](), batches: [Int](), mostRows: 0))
    var prepared: [Int] { state.withLock { $0.prepared } }
    var batches: [Int] { state.withLock { $0.batches } }
    var mostRows: Int { state.withLock { $0.mostRows } }
    fileprivate func change(_ body: (inout (prepared: [Int], batches: [Int], mostRows: Int)) -> Void) {
      state.withLock { body(&$0) }
    }
  }

  func decodedByteCount(_ bytes: [UInt8], named name: String) throws(ImageDecodingError) -> Int { bytes.count }

  func prepare(
    _ bytes: [UInt8], named name: String, wantsThumbnail: Bool
  ) throws(ImageDecodingError) -> PreparedImage {
    guard let number = Int(String(decoding: bytes.dropFirst(3), as: UTF8.self)) else {
      throw ImageDecodingError(file: name, format: .jpeg, cause: .truncated)
    }
    counts.change { $0.prepared.append(number) }
    do {
      try beforePreparing(number)
    } catch {
      throw ImageDecodingError(file: name, format: .jpeg, cause: .corrupt("\(error)"))
    }
    return PreparedImage(
      pixels: ImagePixels([Tensor([Float(number)], shape: [1, 1, 1])]), size: ImageSize(width: number + 1, height: 2),
      thumbnail: wantsThumbnail ? bytes : nil)
  }

  func features(of pixels: [ImagePixels]) throws -> [Tensor] {
    counts.change { $0.batches.append(pixels.count) }
    try beforeEncoding(pixels.map { Int($0.tensors[0].values[0]) })
    return pixels.map { $0.tensors[0].reshaped([1, 1]) }
  }

  func prefixes(of features: [Tensor]) throws -> [Prefix] {
    try features.map { item in
      let number = item.values[0]
      try beforeMapping(Int(number))
      return Prefix(keysValues: Tensor([number, number], shape: [1, 2, 1, 1, 1]))
    }
  }

  func makeGeneration() throws -> any CaptionGeneration { Generation(steps: self) }

  private struct Generation: CaptionGeneration {
    let steps: StubSteps
    var rows: [(id: Int, number: Int, left: Int)] = []
    var rowCount: Int { rows.count }

    mutating func add(id: Int, prefix: Prefix, view: PhotoView?) throws {
      let number = Int(prefix.keysValues.values[0])
      if rows.count >= steps.mostRows { throw OutOfMemory(what: "a row", byteCount: 1 << 30, remedy: "wait") }
      rows.append((id, number, steps.length(number)))
    }

    mutating func step() throws -> [(id: Int, result: Result<GeneratedCaption, GenerationError>)] {
      let count = rows.count
      steps.counts.change { $0.mostRows = max($0.mostRows, count) }
      for index in rows.indices { rows[index].left -= 1 }
      let finished = rows.filter { $0.left <= 0 }
      rows.removeAll { $0.left <= 0 }
      return finished.map { row in
        if steps.ungeneratable.contains(row.number) {
          return (row.id, .failure(.logitsNotFinite(row: row.id, step: 1)))
        }
        let judgement = CaptionJudgement(
          confidence: 0.5, logProbability: -0.7, reason: steps.unsure.contains(row.number) ? .notAPhoto : nil)
        return (row.id, .success(GeneratedCaption(text: "number \(row.number)", judgement: judgement)))
      }
    }
  }
}

/// Images for `StubSteps`, in a directory.
struct StubImages {
  let directory: URL

  /// Writes a file that holds a number, or any other text, and gives its path.
  @discardableResult
  func write(_ content: String, as name: String) throws -> FilePath {
    let url = directory.appending(path: name)
    try (Data([0xFF, 0xD8, 0xFF]) + Data(content.utf8)).write(to: url)
    return FilePath(url.path(percentEncoded: false))
  }

  /// `count` files, each with a number of its own.
  func write(_ count: Int) throws -> [FilePath] {
    try (0..<count).map { try write("\($0)", as: "\($0).jpg") }
  }
}

/// A list in memory.
struct ArraySource: ImageSource {
  private var rest: ArraySlice<FilePath>
  private var ordinal = 0

  init(_ paths: [FilePath]) {
    rest = paths[...]
  }

  mutating func next() -> ListedImage? {
    guard let path = rest.popFirst() else { return nil }
    defer { ordinal += 1 }
    return ListedImage(ordinal: ordinal, path: path, content: .file)
  }
}

/// An output in a file, a line an image: `path: caption`.
final class LinesOutput: BatchOutput {
  private let path: String
  private var lines: [String]

  /// - Parameter position: lines behind it are dropped.
  init(_ url: URL, position: OutputPosition? = nil) throws {
    path = url.path(percentEncoded: false)
    lines = try position.map { Array(try Self.lines(url).prefix($0.rows)) } ?? []
  }

  static func lines(_ url: URL) throws -> [String] {
    try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  func write(_ image: FinishedImage) {
    if let caption = image.caption { lines.append("\(image.path.lastComponent?.string ?? ""): \(caption.text)") }
  }

  func flush() throws -> OutputPosition {
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path))
    return OutputPosition(rows: lines.count)
  }

  func finish() {}
}
