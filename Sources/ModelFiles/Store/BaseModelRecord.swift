#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `source.json` beside a base model's files: what it is, where it came from, and what each file was when it was added.
package struct BaseModelRecord: Codable, Sendable, Equatable {
  package static let fileName = "source.json"

  package struct File: Codable, Sendable, Equatable {
    package var name: String
    package var sha256: FileHash
    package var byteCount: Int
  }

  package var formatVersion = 1
  package var name: String
  package var summary: String
  /// An SPDX expression.
  package var license: String
  package var package: String
  package var version: String
  package var wheel: File
  package var files: [File]
  /// The time when it was added: ISO 8601, in UTC.
  package var added: String

  /// What was wrong with a record.
  struct Unreadable: Error {
    let reason: String
  }

  /// - Throws: `Unreadable`.
  init(directory: String) throws(Unreadable) {
    do {
      let bytes = try FileSystem.read(Path.join(directory, Self.fileName), limit: 1 << 20)
      self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch let error as FileSystemError {
      throw Unreadable(reason: error.description)
    } catch {
      throw Unreadable(reason: "\(Self.fileName) is not what was written there")
    }
    guard formatVersion == 1 else { throw Unreadable(reason: "\(Self.fileName) has format version \(formatVersion)") }
    // Names are joined to the directory: they must not lead out of it.
    guard files.allSatisfy({ Path.isPlainName($0.name) }) else {
      throw Unreadable(reason: "\(Self.fileName) names files outside of its directory")
    }
  }

  init(of model: BaseModel, files: [File]) {
    name = model.name
    summary = model.summary
    license = model.license
    package = model.wheel.package
    version = model.wheel.version
    wheel = File(
      name: model.wheel.file.name, sha256: model.wheel.file.sha256, byteCount: model.wheel.file.byteCount)
    self.files = files
    added = Date.now.formatted(.iso8601)
  }

  func encoded() throws -> [UInt8] {
    try StableJSON.document(self)
  }
}
