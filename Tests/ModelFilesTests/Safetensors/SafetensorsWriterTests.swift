import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Safetensors writer")
struct SafetensorsWriterTests {
  private func fixture() throws -> (file: SafetensorsFile, tensors: [(name: String, tensor: StoredTensor)]) {
    let file = try SafetensorsFile(path: Fixture.url("safetensors/types.safetensors").path)
    return (file, try file.tensorNames.map { ($0, try #require(file.tensor(named: $0))) })
  }

  @Test("The bytes are those of the reference library, whatever order the tensors come in", arguments: 0..<4)
  func parity(seed: UInt64) throws {
    let (file, tensors) = try fixture()
    var generator = SplitMix(seed: seed)
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "copy.safetensors")
      try SafetensorsWriter.write(tensors.shuffled(using: &generator), metadata: file.metadata, to: url.path)
      let (written, reference) = try (Data(contentsOf: url), Fixture.data("safetensors/types.safetensors"))
      #expect(written == reference)
    }
  }

  @Test("An existing file is replaced, and nothing else is left in the directory")
  func replaces() throws {
    let (_, tensors) = try fixture()
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "model.safetensors")
      try Data([1]).write(to: url)
      try SafetensorsWriter.write(tensors, to: url.path)
      #expect(try SafetensorsFile(path: url.path).tensorNames.count == tensors.count)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["model.safetensors"])
    }
  }

  @Test("A failed write leaves what was there, and no other file")
  func failure() throws {
    let (_, tensors) = try fixture()
    try withTemporaryDirectory { directory in
      // Renaming a file over a directory fails after all has been written.
      let target = directory.appending(path: "taken")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
      #expect(throws: ModelFileError.self) { try SafetensorsWriter.write(tensors, to: target.path) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["taken"])
    }
  }

  @Test("Names that occur twice or are reserved, block types and missing directories are refused")
  func refusals() throws {
    let scalar = StoredTensor(elementType: .u8, shape: [], storage: [UInt8(1)].withUnsafeBytes { .init(copying: $0) })
    let blocks = StoredTensor.random(.q8_0, rows: 1, columns: 32, seed: 1)
    try withTemporaryDirectory { (directory) throws in
      let path = directory.appending(path: "x").path
      for tensors in [[("a", scalar), ("a", scalar)], [("__metadata__", scalar)], [("a", blocks)]] {
        #expect(throws: ModelFileError.self) { try SafetensorsWriter.write(tensors, to: path) }
      }
      #expect(throws: ModelFileError.self) { try SafetensorsWriter.write([("a", scalar)], to: "\(path)/none/y") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test("Control characters in names and metadata come back as they were")
  func escapes() throws {
    let name = "\u{0}\u{1f}\u{8}\u{c}\r\t\n\"\\/é😀"
    let scalar = StoredTensor(elementType: .u8, shape: [], storage: [UInt8(1)].withUnsafeBytes { .init(copying: $0) })
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "x").path
      try SafetensorsWriter.write([(name, scalar)], metadata: [name: name], to: path)
      let file = try SafetensorsFile(path: path)
      #expect(file.tensorNames == [name])
      #expect(file.metadata == [name: name])
    }
  }
}
