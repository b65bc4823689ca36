import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Appending files")
struct AppendingFileTests {
  @Test("what is appended follows what was there, also after opening it again")
  func append() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "file").path(percentEncoded: false)
      try AppendingFile(path: path).append([1, 2])
      let again = try AppendingFile(path: path)
      try again.append([3])
      try again.append([])
      try again.append([4])
      #expect(try FileSystem.read(path, limit: 10) == [1, 2, 3, 4])
    }
  }

  @Test("a new file takes the place of none")
  func isNew() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "file").path(percentEncoded: false)
      try AppendingFile(path: path, isNew: true).append([1])
      #expect(throws: FileSystemError.self) { try AppendingFile(path: path, isNew: true) }
      #expect(try FileSystem.read(path, limit: 10) == [1])
    }
  }

  @Test("a full disk is an error")
  func fullDisk() throws {
    let file = try AppendingFile(path: "/dev/full")
    #expect(throws: FileSystemError.diskFull(path: "/dev/full")) { try file.append([1]) }
  }
}
