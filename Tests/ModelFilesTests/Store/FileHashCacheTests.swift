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

  @Test("a spoilt memory is no memory", arguments: ["", "nonsense", "caption file hashes 1\nx y z\n", "\u{0}\u{0}"])
  func spoilt(content: String) throws {
    try withFile { cache, file in
      try Data(content.utf8).write(to: URL(filePath: cache.path))
      let hash = try cache.hash(ofFile: file.path(percentEncoded: false))
      #expect(hash.hexadecimal == Self.abc)
    }
  }
}
