import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Image locations")
struct ImageLocationTests {
  @Test("A file that has become shorter is an error that names the image")
  func shortened() throws {
    try withTemporaryDirectory { directory in
      let path = try directory.write("set.tar", "abcdef").plainPath
      #expect(try ImageLocation(archive: path, member: "a.png", offset: 2, count: 3).bytes() == Array("cde".utf8))
      for (offset, count) in [(2, 5), (7, 1), (100, 100)] {
        #expect(
          throws: DatasetError.cannotRead(path: "set.tar: a.png", reason: "the file ends before the image does")
        ) {
          try ImageLocation(archive: path, member: "a.png", offset: offset, count: count).bytes()
        }
      }
    }
  }

  @Test("Larger images than the limit are not read")
  func limit() throws {
    try withTemporaryDirectory { directory in
      let path = try directory.write("a.png", "abcdef").plainPath
      #expect(throws: DatasetError.cannotRead(path: path, reason: "it is larger than 5 bytes")) {
        try ImageLocation(path: path).bytes(limit: 5)
      }
    }
  }

  @Test("Directories and paths with a NUL are refused")
  func notFiles() throws {
    try withTemporaryDirectory { directory in
      for path in [directory.plainPath, "a\0b"] {
        #expect(throws: DatasetError.self) { try ImageLocation(path: path).bytes() }
      }
    }
  }
}
