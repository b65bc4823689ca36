import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

/// Checkpoints as `torch.save` writes them: `Fixtures/pytorch/SCHEMA.md`.
@Suite("PyTorch checkpoints")
struct PyTorchFileTests {
  private static func path(_ name: String) -> String { Fixture.url("pytorch/\(name)").path(percentEncoded: false) }

  @Test(
    "every tensor of a checkpoint of either layout is read, of every type and order, nested dictionaries joined by dots",
    arguments: ["tensors.pt", "older.pt"])
  func reads(name: String) throws {
    let file = try PyTorchFile(path: Self.path(name))
    let expected = try SafetensorsFile(path: Self.path("tensors.safetensors"))
    #expect(Set(file.tensorNames) == Set(expected.tensorNames))
    for name in expected.tensorNames {
      let (found, wanted) = (try #require(file.tensor(named: name)), try #require(expected.tensor(named: name)))
      #expect(found.elementType == wanted.elementType, "\(name)")
      #expect(found.shape == wanted.shape, "\(name)")
      #expect(found.storage.buffer.elementsEqual(wanted.storage.buffer), "\(name)")
    }
  }

  @Test(
    "a pickle that would run code is refused by the name that it calls",
    arguments: [("calls-system.pt", "system"), ("calls-eval.pt", "eval"), ("builds-object.pt", "builds an object")])
  func refusesCode(name: String, said: String) throws {
    let error = #expect(throws: ModelFileError.self) { try PyTorchFile(path: Self.path(name)) }
    #expect(error?.description.contains(said) == true, "\(String(describing: error))")
  }

  @Test(
    "tensors that are not read here are refused by name",
    arguments: [
      ("expanded.pt", "larger than its storage"), ("outside-end.pt", "larger than its storage"),
      ("outside-start.pt", "larger than its storage"), ("outside-offset.pt", "larger than its storage"),
      ("outside-word.pt", "larger than its storage"), ("complex.pt", "ComplexFloatStorage"),
    ])
  func refusesTensors(name: String, said: String) throws {
    let error = #expect(throws: ModelFileError.self) { try PyTorchFile(path: Self.path(name)) }
    #expect(error?.description.contains(said) == true, "\(String(describing: error))")
  }

  @Test(
    "a file of a big-endian machine, and small ones that would take all time or all of the stack, are refused",
    arguments: [
      ("older-big-endian.pt", "big-endian"), ("many-values.pt", "more than 1000000 values"),
      ("nested.pt", "nested too deeply"),
    ])
  func refusesLayouts(name: String, said: String) throws {
    let error = #expect(throws: ModelFileError.self) { try PyTorchFile(path: Self.path(name)) }
    #expect(error?.description.contains(said) == true, "\(String(describing: error))")
  }

  @Test("a file that is missing is called missing, not damaged")
  func missing() {
    #expect(throws: ModelFileError.cannotOpen(path: "/nowhere/x.pt", reason: "No such file or directory")) {
      try PyTorchFile(path: "/nowhere/x.pt")
    }
  }

  @Test("a changed number is seen where checksums are asked for")
  func verifies() throws {
    try withTemporaryDirectory { directory in
      var bytes = try Data(contentsOf: URL(filePath: Self.path("tensors.pt")))
      let number = try #require(bytes.firstRange(of: Data([0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64])))
      bytes[number.upperBound - 1] = 65
      let file = directory.appending(path: "changed.pt")
      try bytes.write(to: file)
      _ = try PyTorchFile(path: file.path(percentEncoded: false))
      let error = #expect(throws: ModelFileError.self) {
        try PyTorchFile(path: file.path(percentEncoded: false), verifying: true)
      }
      #expect(error?.description.contains("checksum") == true)
    }
  }

  @Test("a file that is no checkpoint, or cut short anywhere, is refused", arguments: ["tensors.pt", "older.pt"])
  func damaged(name: String) throws {
    #expect(throws: ModelFileError.self) { try PyTorchFile(path: Self.path("tensors.safetensors")) }
    let whole = try Data(contentsOf: URL(filePath: Self.path(name)))
    let path = FileManager.default.temporaryDirectory.appending(path: "cut-\(UUID()).pt")
    defer { try? FileManager.default.removeItem(at: path) }
    for count in stride(from: 1, to: whole.count, by: max(whole.count / 40, 1)) {
      try whole.prefix(count).write(to: path)
      #expect(throws: ModelFileError.self, "\(count) bytes") { try PyTorchFile(path: path.path()) }
    }
  }

  @Test(
    "a changed byte of the pickle is an error or another table, never a crash", arguments: ["tensors.pt", "older.pt"])
  func fuzzed(name: String) throws {
    let whole = try Data(contentsOf: URL(filePath: Self.path(name)))
    let path = FileManager.default.temporaryDirectory.appending(path: "changed-\(UUID()).pt")
    defer { try? FileManager.default.removeItem(at: path) }
    var generator = Xoshiro256PlusPlus(seed: 11)
    var refused = 0
    for _ in 0..<200 {
      var changed = whole
      changed[Int(generator.next() % UInt64(whole.count))] ^= UInt8(truncatingIfNeeded: generator.next() | 1)
      try changed.write(to: path)
      do {
        let file = try PyTorchFile(path: path.path())
        for name in file.tensorNames { #expect(file.tensor(named: name) != nil) }
      } catch {
        refused += 1
      }
    }
    // The pickle has a checksum and the directory rules; numbers are read as they are, and what is left is padding.
    #expect(refused > 50)
  }
}
