import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("File system")
struct FileSystemTests {
  @Test("removing a directory removes links in it and not what they lead to")
  func links() throws {
    try withTemporaryDirectory { directory in
      let kept = directory.appending(path: "kept")
      let removed = directory.appending(path: "removed")
      for place in [kept, removed] {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      }
      try Data([1]).write(to: kept.appending(path: "file"))
      try FileManager.default.createSymbolicLink(at: removed.appending(path: "link"), withDestinationURL: kept)
      try FileSystem.remove(removed.path(percentEncoded: false))
      #expect(!FileManager.default.fileExists(atPath: removed.path(percentEncoded: false)))
      #expect(FileManager.default.fileExists(atPath: kept.appending(path: "file").path(percentEncoded: false)))
    }
  }

  @Test("an atomic write replaces the whole file and leaves nothing beside it")
  func atomicWrite() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "file").path(percentEncoded: false)
      try FileSystem.writeAtomically([1, 2, 3], to: path)
      try FileSystem.writeAtomically([4], to: path)
      #expect(try FileSystem.read(path, limit: 10) == [4])
      #expect(try FileSystem.names(in: directory.path(percentEncoded: false)) == ["file"])
    }
  }

  @Test("a pipe is refused, not waited for")
  func pipe() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "pipe").path(percentEncoded: false)
      try #require(mkfifo(path, 0o600) == 0)
      #expect(throws: FileSystemError.self) { try InputFile(path: path) }
    }
  }

  @Test("a file longer than expected is not read")
  func limit() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "file").path(percentEncoded: false)
      try FileSystem.writeAtomically([1, 2, 3], to: path)
      #expect(throws: FileSystemError.self) { try FileSystem.read(path, limit: 2) }
    }
  }

  @Test("what the system refuses is told by kind", arguments: [ENOSPC, EDQUOT])
  func fullDisk(code: Int32) {
    #expect(FileSystemError(code: code, operation: "write", path: "/x") == .diskFull(path: "/x"))
    #expect(FileSystemError(code: EACCES, operation: "write", path: "/x").description.contains("permission denied"))
  }
}
