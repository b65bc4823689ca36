/// The result of reading every byte of a base model.
package struct BaseModelVerification: Sendable, Equatable {
  package enum Problem: Sendable, Equatable, CustomStringConvertible {
    case notInstalled
    case unreadableRecord(reason: String)
    case missingFile(name: String)
    case unreadableFile(reason: String)
    /// - Parameter expected: what was recorded when the model was added.
    case changedFile(name: String, expected: FileHash, found: FileHash)
    /// The record itself does not match the model that the catalogue knows by this name.
    case notAsPinned(name: String, expected: FileHash)

    package var description: String {
      switch self {
      case .notInstalled: "not there"
      case .unreadableRecord(let reason): reason
      case .missingFile(let name): "\(name) is missing"
      case .unreadableFile(let reason): reason
      case .changedFile(let name, let expected, let found):
        "\(name) has changed: expected SHA-256 \(expected), found \(found)"
      case .notAsPinned(let name, let expected):
        "\(name) is not the file that this version of caption knows, SHA-256 \(expected)"
      }
    }
  }

  package let name: String
  package let directory: String
  package internal(set) var problems: [Problem] = []

  package var isIntact: Bool { problems.isEmpty }
}

extension ModelStore {
  /// Reads every byte of a base model and compares it with what was recorded and pinned. Refreshes remembered hashes.
  ///
  /// - Throws: `ModelStoreError.unknownModel`, `CancellationError`; problems are results, not errors.
  package func verify(_ name: String) throws -> BaseModelVerification {
    guard Path.isPlainName(name), catalog.model(named: name) != nil || FileSystem.isDirectory(directory(of: name))
    else {
      throw try unknown(name)
    }
    return try verification(of: name, hash: hashes.rehash(file:))
  }

  func verification(of name: String, hash: (String) throws -> FileHash) throws -> BaseModelVerification {
    let directory = directory(of: name)
    var result = BaseModelVerification(name: name, directory: directory)
    guard FileSystem.isDirectory(directory) else {
      result.problems = [.notInstalled]
      return result
    }
    let record: BaseModelRecord
    do {
      record = try BaseModelRecord(directory: directory)
    } catch {
      result.problems = [.unreadableRecord(reason: error.reason)]
      return result
    }
    for file in record.files {
      do {
        let found = try hash(Path.join(directory, file.name))
        if found != file.sha256 {
          result.problems.append(.changedFile(name: file.name, expected: file.sha256, found: found))
        }
      } catch FileSystemError.notFound {
        result.problems.append(.missingFile(name: file.name))
      } catch let error as FileSystemError {
        result.problems.append(.unreadableFile(reason: error.description))
      }
    }
    for pinned in catalog.model(named: name)?.pinnedFiles ?? []
    where !record.files.contains(where: { $0.name == pinned.name && $0.sha256 == pinned.sha256 }) {
      result.problems.append(.notAsPinned(name: pinned.name, expected: pinned.sha256))
    }
    return result
  }
}
