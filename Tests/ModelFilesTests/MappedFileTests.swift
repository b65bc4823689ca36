import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Mapped files")
struct MappedFileTests {
  @Test(
    "The bytes of a file are those on disk and outlive the mapping's own name",
    arguments: [
      MappedFile.AccessPattern.normal, .sequential, .willNeed,
    ])
  func bytes(pattern: MappedFile.AccessPattern) throws {
    let url = Fixture.url("gguf/metadata.gguf")
    let bytes = try MappedFile(path: url.path, accessPattern: pattern).bytes
    let onDisk = try Data(contentsOf: url)
    #expect(withExtendedLifetime(bytes) { Data(bytes.buffer) } == onDisk)
  }

  @Test("Without a file, the error names the path and the system's reason")
  func missing() {
    #expect(throws: ModelFileError.cannotOpen(path: "/nowhere/x", reason: "No such file or directory")) {
      try MappedFile(path: "/nowhere/x")
    }
  }

  @Test("A directory, an empty file, a device and a path with a NUL are refused")
  func notFiles() throws {
    try withTemporaryDirectory { directory in
      let empty = directory.appending(path: "empty")
      try Data().write(to: empty)
      for (path, reason) in [
        (directory.path, "it is a directory, not a file"), (empty.path, "the file is empty"),
        ("/dev/null", "it is not a regular file"), ("\(empty.path)\0", "the path contains a NUL character"),
      ] {
        #expect(throws: ModelFileError.cannotOpen(path: path, reason: reason)) { try MappedFile(path: path) }
      }
    }
  }

  @Test("A named pipe without a writer is refused rather than waited for")
  func pipe() throws {
    try withTemporaryDirectory { directory in
      let pipe = directory.appending(path: "pipe").path
      try #require(mkfifo(pipe, 0o600) == 0)
      #expect(throws: ModelFileError.cannotOpen(path: pipe, reason: "it is not a regular file")) {
        try MappedFile(path: pipe)
      }
    }
  }

  @Test("A Git LFS pointer in place of a model is named as one, by every reader")
  func lfsPointer() throws {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 123\n"
    try withTemporaryDirectory { directory in
      for name in [
        "model.safetensors", "model.gguf", "model.onnx", "model.pt", "model.safetensors.index.json", "model",
      ] {
        let path = directory.appending(path: name).path
        try Data(pointer.utf8).write(to: URL(filePath: path))
        #expect(throws: ModelFileError.lfsPointer(path: path)) { try ModelInspection(path: path) }
      }
    }
    #expect(ModelFileError.lfsPointer(path: "a").description.contains("git lfs pull"))
  }
}
