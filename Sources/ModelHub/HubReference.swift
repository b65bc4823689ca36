import ModelFiles

/// A model of the Hugging Face hub, or one GGUF file of it: `hf:org/name[/file.gguf][@revision]`.
package struct HubReference: Sendable, Equatable, CustomStringConvertible {
  package static let prefix = "hf:"

  /// `org/name`; a few old models have no organisation.
  package let repository: String
  /// The path of a file in the repository; `nil` for the model in the Hugging Face format.
  package let file: String?
  /// A branch, a tag or a commit.
  package let revision: String

  package init(repository: String, file: String? = nil, revision: String = "main") {
    self.repository = repository
    self.file = file
    self.revision = revision
  }

  /// Whether `text` means a model of the hub and not a path.
  package static func isReference(_ text: String) -> Bool { text.hasPrefix(prefix) }

  /// - Throws: `HubError.invalidReference`.
  package init(_ text: String) throws(HubError) {
    func invalid(_ problem: String) -> HubError { .invalidReference(text: text, problem: problem) }
    guard Self.isReference(text) else { throw invalid("it does not begin with \(Self.prefix)") }
    let parts = text.dropFirst(Self.prefix.count).split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    revision = parts.count == 2 ? String(parts[1]) : "main"
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    // Both name places in the cache: they must not lead out of it.
    guard revision.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ Path.isPlainName(String($0)) })
    else { throw invalid("'\(revision)' is no revision") }
    guard !names.isEmpty, names.allSatisfy(Path.isPlainName) else { throw invalid("a name is missing") }
    repository = names.prefix(2).joined(separator: "/")
    // The hub's own rule: "--" would make two repositories share a folder of the cache.
    guard repository.utf8.allSatisfy(Self.isAllowed), !repository.contains("--"), !repository.contains("..") else {
      throw invalid("'\(repository)' is no name of a repository")
    }
    file = names.count > 2 ? names.dropFirst(2).joined(separator: "/") : nil
    if let file, !file.hasSuffix(".gguf") { throw invalid("'\(file)' is no .gguf file: name the repository alone") }
  }

  package var description: String {
    Self.prefix + repository + (file.map { "/\($0)" } ?? "") + (revision == "main" ? "" : "@\(revision)")
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
