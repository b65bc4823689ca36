import ModelFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Fetches one content into the cache, continuing what an earlier attempt left.
struct HubDownload: Sendable {
  let repository: HubRepository
  let cache: HubCache
  let file: String
  let commit: String
  let description: HubRepository.FileDescription
  let progress: PullProgressHandler

  private var incomplete: String { cache.incompleteBlob(description.hash.hexadecimal) }
  private var transport: HubTransport { repository.transport }

  /// - Throws: `HubError`, `FileSystemError`, `CancellationError`. What came so far stays as `blobs/<etag>.incomplete`,
  ///   unless it is known to be wrong.
  func run() async throws {
    try FileSystem.createDirectory(Path.parent(incomplete))
    var attempt = 1
    var furthest = 0
    while true {
      do {
        try await fetch()
        break
      } catch let failure as HubTransport.TransientFailure {
        // Only attempts that get further may be repeated without end.
        let reached = byteCountSoFar
        attempt = reached > furthest ? 1 : attempt + 1
        furthest = max(furthest, reached)
        if attempt > transport.settings.attempts { throw failure.cause }
        try await transport.pause(afterAttempt: attempt, failure)
      }
    }
    try finish()
  }

  private var byteCountSoFar: Int { (try? FileIdentity(path: incomplete)).map { Int($0.byteCount) } ?? 0 }

  private func fetch() async throws {
    let part = try RecordFile(path: incomplete)
    var offset = byteCountSoFar
    // Without a size nobody can tell what is missing.
    if description.byteCount.map({ offset > $0 }) ?? true { offset = 0 }
    if offset == description.byteCount { return }
    let url = try repository.url(of: file, at: commit)
    let answer = try await transport.send(url, from: offset)
    if answer.status == 416 {
      // The server has fewer bytes than are here: the ones here are not of that content.
      try part.truncate(to: 0)
      throw HubTransport.TransientFailure(cause: .serverError(url: HubTransport.shown(url), status: 416), pause: .zero)
    }
    try repository.check(answer, file: file)
    switch answer.status {
    case 206:
      guard let range = answer.headers["Content-Range"],
        Self.range(range, startsAt: offset, total: description.byteCount)
      else {
        try part.truncate(to: 0)
        throw HubError.notAHub(url: HubTransport.shown(url), problem: "another range of the file than was asked for")
      }
    case 200: offset = 0
    default: throw HubError.serverError(url: HubTransport.shown(url), status: answer.status)
    }
    try part.truncate(to: offset)
    try await write(answer, to: part, at: offset)
  }

  private func write(_ answer: HubTransport.Answer, to part: RecordFile, at start: Int) async throws {
    var offset = start
    var reported = -1
    func report() {
      reported = offset
      if let total = description.byteCount {
        progress(
          .downloading(
            model: repository.reference.description, requirement: "\(repository.reference.repository)/\(file)",
            byteCount: offset, total: total))
      }
    }
    report()
    while let piece = try await answer.next() {
      try Task.checkCancellation()
      let (end, expected) = (offset + piece.count, description.byteCount)
      if let expected, end > expected {
        try part.truncate(to: 0)
        throw HubError.wrongSize(file: name, expected: expected, found: end)
      }
      try part.write(piece, at: offset)
      offset = end
      if offset - reported >= 1 << 20 { report() }
    }
    if let expected = description.byteCount, offset < expected {
      throw HubTransport.TransientFailure(
        cause: .noConnection(
          host: answer.url.host() ?? "", reason: "the connection ended after \(offset) of \(expected) bytes"))
    }
    try part.synchronize()
    report()
  }

  /// Gives the content its name, once it is known to be right.
  private func finish() throws {
    let hash = description.hash
    if (description.byteCount ?? 0) > 100 << 20 { progress(.verifying(model: name)) }
    let found = try hash.ofFile(incomplete)
    guard found == hash.hexadecimal else {
      try FileSystem.remove(incomplete)
      throw HubError.wrongHash(file: name, expected: hash.hexadecimal, found: found)
    }
    let blob = cache.blob(hash.hexadecimal)
    try FileSystem.rename(incomplete, to: blob)
    FileSystem.synchronize(Path.parent(blob))
  }

  private var name: String { "\(repository.reference.repository)/\(file)" }

  /// Whether `bytes 5-9/10` is the rest of a content from `start` on.
  static func range(_ text: String, startsAt start: Int, total: Int?) -> Bool {
    guard let match = text.wholeMatch(of: /bytes (\d+)-(\d+)\/(\d+|\*)/), Int(match.1) == start else { return false }
    guard let total else { return true }
    return Int(match.2) == total - 1 && (match.3 == "*" || Int(match.3) == total)
  }
}
