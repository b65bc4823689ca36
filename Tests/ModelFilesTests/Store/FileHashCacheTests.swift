import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Remembered hashes")
struct FileHashCacheTests {
  private func withFile(_ body: (FileHashCache, URL) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "file")
      try Data("abc".utf8).write(to: file)
      try body(FileHashCache(path: directory.appending(path: "hashes").path(percentEncoded: false)), file)
    }
  }

  private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  @Test("a hash is SHA-256 (the standard's test vector)")
  func vector() throws {
    try withFile { cache, file in
      let hash = try cache.hash(ofFile: file.path(percentEncoded: false))
      #expect(hash.hexadecimal == Self.abc)
    }
  }

  @Test("a remembered hash is given without reading the file")
  func remembered() throws {
    try withFile { cache, file in
      let path = file.path(percentEncoded: false)
      _ = try cache.hash(ofFile: path)
      // Forge the memory: what comes back must come from it.
      let text = try String(contentsOfFile: cache.path, encoding: .utf8)
      let forged = String(repeating: "0", count: 64)
      try text.replacing(Self.abc, with: forged).write(toFile: cache.path, atomically: true, encoding: .utf8)
      #expect(try cache.hash(ofFile: path).hexadecimal == forged)
    }
  }

  @Test("a changed file is read anew")
  func changed() throws {
    try withFile { cache, file in
      let path = file.path(percentEncoded: false)
      let before = try cache.hash(ofFile: path)
      try Data("abd".utf8).write(to: file)
      #expect(try cache.hash(ofFile: path) != before)
    }
  }

  @Test("a change in place that keeps size and modification time is seen")
  func restoredTime() throws {
    try withFile { cache, file in
      let path = file.path(percentEncoded: false)
      let before = try cache.hash(ofFile: path)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let handle = try FileHandle(forWritingTo: file)
      try handle.write(contentsOf: Data("abd".utf8))
      try handle.close()
      try FileManager.default.setAttributes(
        [.modificationDate: try #require(attributes[.modificationDate])], ofItemAtPath: path)
      #expect(try cache.hash(ofFile: path) != before)
    }
  }

  @Test("many at once lose nothing that another remembered")
  func concurrent() async throws {
    try await withTemporaryDirectory { directory in
      let cache = FileHashCache(path: directory.appending(path: "hashes").path(percentEncoded: false))
      let files = (0..<16).map { directory.appending(path: "file\($0)") }
      for (index, file) in files.enumerated() { try Data("\(index)".utf8).write(to: file) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for file in files {
          group.addTask { _ = try cache.hash(ofFile: file.path(percentEncoded: false)) }
        }
        try await group.waitForAll()
      }
      let lines = try String(contentsOfFile: cache.path, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 1 + files.count)
    }
  }

  @Test("where nothing can be remembered the hash is right all the same")
  func unwritable() throws {
    try withFile { _, file in
      let cache = FileHashCache(path: "/nowhere/hashes")
      let hash = try cache.hash(ofFile: file.path(percentEncoded: false))
      #expect(hash.hexadecimal == Self.abc)
    }
  }

  @Test("a spoilt memory is no memory", arguments: ["", "nonsense", "caption file hashes 1\nx y z\n", "\u{0}\u{0}"])
  func spoilt(content: String) throws {
    try withFile { cache, file in
      try Data(content.utf8).write(to: URL(filePath: cache.path))
      let hash = try cache.hash(ofFile: file.path(percentEncoded: false))
      #expect(hash.hexadecimal == Self.abc)
    }
  }
}
