#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the hub says of one repository.
struct HubRepository: Sendable {
  let reference: HubReference
  let transport: HubTransport

  /// A commit and the names of its files.
  struct Contents {
    let commit: String
    let files: [String]
  }

  /// A file at a commit.
  struct FileDescription {
    let hash: ContentHash
    /// `nil` where the server does not say.
    let byteCount: Int?
  }

  private static let maximumListingByteCount = 64 << 20

  /// The commit that the revision is at now, and its files.
  func contents() async throws -> Contents {
    struct Listing: Decodable {
      struct File: Decodable { let rfilename: String }
      let sha: String
      let siblings: [File]?
    }
    let url = try address(
      "api/models/\(Self.escaped(reference.repository))/revision/\(Self.escaped(reference.revision, slash: true))")
    let bytes = try await transport.retrying {
      let answer = try await transport.send(url)
      try check(answer)
      return try await answer.collect(upTo: Self.maximumListingByteCount)
    }
    guard let listing = try? JSONDecoder().decode(Listing.self, from: Data(bytes)),
      CommitHash.isValid(listing.sha)
    else { throw HubError.notAHub(url: HubTransport.shown(url), problem: "no commit and no list of files") }
    return Contents(commit: listing.sha, files: (listing.siblings ?? []).map(\.rfilename))
  }

  /// The hash and size of a file, without its content.
  func description(of file: String, at commit: String) async throws -> FileDescription {
    let url = try self.url(of: file, at: commit)
    return try await transport.retrying {
      let answer = try await transport.send(url, isHead: true, following: .hub)
      try check(answer, file: file)
      let headers = answer.headers
      func problem(_ text: String) -> HubError { .notAHub(url: HubTransport.shown(url), problem: text) }
      guard headers["X-Repo-Commit"] == commit else { throw problem("no X-Repo-Commit of that commit") }
      let etag = headers["X-Linked-Etag"] ?? headers["ETag"]
      guard let hash = etag.flatMap(ContentHash.init(etag:)) else { throw problem("no ETag that is a hash") }
      // The length of a redirect is not that of the file.
      let length = answer.status < 300 ? headers["Content-Length"] : nil
      return FileDescription(
        hash: hash, byteCount: (headers["X-Linked-Size"] ?? length).flatMap { Int($0) })
    }
  }

  func url(of file: String, at commit: String) throws -> URL {
    try address("\(Self.escaped(reference.repository))/resolve/\(commit)/\(Self.escaped(file))")
  }

  /// - Throws: `HubError` where the answer is neither a success nor a redirect.
  func check(_ answer: HubTransport.Answer, file: String? = nil) throws {
    if answer.status < 400 { return }
    let repository = reference.repository
    let page = transport.settings.endpoint.absoluteString + "/" + repository
    let hasToken = transport.settings.token != nil
    switch (answer.headers["X-Error-Code"], answer.status) {
    case ("GatedRepo", _): throw HubError.gated(repository: repository, page: page, hasToken: hasToken)
    case ("RevisionNotFound", _):
      throw HubError.revisionNotFound(repository: repository, revision: reference.revision)
    case ("EntryNotFound", _): throw HubError.fileNotFound(repository: repository, file: file ?? "")
    // The hub answers 401 also for what does not exist, so that nobody can probe for names.
    case ("RepoNotFound", _): throw HubError.repositoryNotFound(repository: repository, page: page, hasToken: hasToken)
    case (_, 401), (_, 403): throw HubError.unauthorized(repository: repository, page: page, hasToken: hasToken)
    case (_, 404):
      if let file { throw HubError.fileNotFound(repository: repository, file: file) }
      throw HubError.repositoryNotFound(repository: repository, page: page, hasToken: hasToken)
    case (_, let status): throw HubError.serverError(url: page, status: status)
    }
  }

  private func address(_ path: String) throws -> URL {
    let address = transport.settings.endpoint.absoluteString + "/" + path
    guard let url = URL(string: address) else { throw HubError.notAHub(url: address, problem: "it is no address") }
    return url
  }

  /// The text percent-encoded for a URL's path.
  static func escaped(_ text: String, slash: Bool = false) -> String {
    text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        return String(UnicodeScalar(byte))
      case UInt8(ascii: "/") where !slash: return "/"
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        return "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }.joined()
  }
}
