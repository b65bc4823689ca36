package import Foundation

/// Files under `Fixtures/`, found from this file's own place in the package.
package enum Fixture {
  package static let packageRoot = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// - Parameter path: relative to `Fixtures/`, such as `images/rocket.jpg`.
  package static func url(_ path: String) -> URL {
    packageRoot.appending(path: "Fixtures").appending(path: path)
  }

  package static func data(_ path: String) throws -> Data {
    try Data(contentsOf: url(path))
  }
}

/// A fresh directory under the system's temporary one, removed when the closure returns.
package func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "caption-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory)
}

/// The same for a body that suspends.
package func withTemporaryDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "caption-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}
