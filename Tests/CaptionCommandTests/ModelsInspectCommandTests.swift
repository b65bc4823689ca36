import Foundation
import TestSupport
import Testing

@Suite("caption models inspect")
struct ModelsInspectCommandTests {
  /// What `--json` prints.
  private struct Inspection: Decodable {
    struct Tensor: Decodable, Equatable {
      let name: String
      let type: String
      let shape: [Int]
      let bytes: Int?
    }
    struct Total: Decodable, Equatable {
      let tensors: Int
      let elements: Int
      let bytes: Int
    }
    let format: String
    let shards: [String]?
    let tensors: [Tensor]
    let total: Total
    let totalsByType: [String: Total]
  }

  private func inspect(_ fixture: String, _ options: String...) throws -> CommandRun {
    try CommandRun(["models", "inspect", Fixture.url(fixture).path(percentEncoded: false)] + options)
  }

  private func json(_ fixture: String) throws -> Inspection {
    let run = try inspect(fixture, "--json")
    #expect(run.exitCode == 0)
    return try JSONDecoder().decode(Inspection.self, from: Data(run.standardOutput.utf8))
  }

  @Test("a GGUF file's metadata and tensors are shown with their types, shapes and sizes, and long arrays cut")
  func gguf() throws {
    let run = try inspect("llama-tiny/model-q4_1.gguf")
    #expect(run.exitCode == 0)
    #expect(run.standardOutput.contains(/general\.architecture +"llama"/))
    #expect(run.standardOutput.contains(/tokenizer\.ggml\.tokens +\[.*, …\] \(160 of string\)/))
    #expect(run.standardOutput.contains(/blk\.0\.attn_q\.weight +Q4_1 +\[64, 64\] +2560 bytes/))
    #expect(run.standardOutput.contains(/output_norm\.weight +F32 +\[64\] +256 bytes/))
  }

  @Test("every kind of GGUF metadata value is shown, the extreme ones whole, in text and in JSON")
  func metadataKinds() throws {
    let text = try inspect("gguf/metadata.gguf").standardOutput
    #expect(text.contains(/test\.uint64 +18446744073709551615/))
    #expect(text.contains(/test\.int64 +-9223372036854775808/))
    let run = try inspect("gguf/metadata.gguf", "--json")
    let object = try #require(JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8)) as? [String: Any])
    let metadata = try #require(object["metadata"] as? [String: Any])
    #expect((metadata["test.uint64"] as? NSNumber)?.uint64Value == .max)
    #expect((metadata["general.alignment"] as? NSNumber)?.intValue == 64)
    #expect((object["file"] as? String)?.hasSuffix("metadata.gguf") == true)
  }

  @Test("a tensor of a type that is not computed with is listed, its size not known")
  func unsupportedType() throws {
    let ternary = try json("gguf/metadata.gguf").tensors.first { $0.name == "ternary" }
    #expect(ternary == .init(name: "ternary", type: "TQ1_0", shape: [1, 256], bytes: nil))
    #expect(try inspect("gguf/metadata.gguf").standardOutput.contains(/ternary +TQ1_0 +\[1, 256\] +size not known/))
    #expect(try json("safetensors/float8.safetensors").tensors.contains { $0.type == "F8_E4M3" })
  }

  @Test("totals are the sums over the tensors, in all and for each type")
  func totals() throws {
    let inspection = try json("llama-tiny/model.safetensors")
    #expect(inspection.format == "safetensors")
    let elements = inspection.tensors.map { $0.shape.reduce(1, *) }.reduce(0, +)
    #expect(elements > 0)
    #expect(inspection.total == .init(tensors: inspection.tensors.count, elements: elements, bytes: 4 * elements))
    #expect(inspection.totalsByType == ["F32": inspection.total])
  }

  @Test(
    "a split model is one list of tensors, by its index or by its directory",
    arguments: ["safetensors/sharded", "safetensors/sharded/model.safetensors.index.json"])
  func sharded(path: String) throws {
    let inspection = try json(path)
    #expect(inspection.format == "safetensors index")
    #expect(inspection.shards?.sorted() == ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
    let parts = try ["00001", "00002"].flatMap {
      try json("safetensors/sharded/model-\($0)-of-00002.safetensors").tensors
    }
    #expect(inspection.tensors.sorted { $0.name < $1.name } == parts.sorted { $0.name < $1.name })
  }

  @Test("a directory with model.safetensors is read as that file")
  func directory() throws {
    let (directory, file) = try (json("llama-tiny"), json("llama-tiny/model.safetensors"))
    #expect(directory.tensors == file.tensors)
  }

  @Test("of an ONNX file the initializers are shown, with who made it and those that cannot be used")
  func onnx() throws {
    let text = try inspect("onnx/types.onnx").standardOutput
    #expect(text.contains(/ir_version +\d+/))
    #expect(text.contains(/opset_import\.ai\.onnx +\d+/))
    #expect(text.contains(/graph\.nodes +2/))
    #expect(text.contains(/raw\.float32 +F32 +\[2, 3\] +24 bytes/))
    #expect(text.contains(/strings +STRING +\[.*\] +size not known/))
  }

  @Test(
    "a file without a telling name is known by its first bytes", arguments: ["model.safetensors", "model-f32.gguf"])
  func sniffed(name: String) throws {
    try withTemporaryDirectory { directory in
      let blob = directory.appending(path: "0123456789abcdef")
      try Fixture.data("llama-tiny/\(name)").write(to: blob)
      let run = try CommandRun(["models", "inspect", blob.path(percentEncoded: false), "--json"])
      let inspection = try JSONDecoder().decode(Inspection.self, from: Data(run.standardOutput.utf8))
      #expect(try inspection.tensors == json("llama-tiny/\(name)").tensors)
    }
  }

  @Test(
    "a file that is cut short is called damaged, with exit code 65",
    arguments: ["llama-tiny/model.safetensors", "llama-tiny/model-f32.gguf", "onnx/types.onnx"])
  func truncated(fixture: String) throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: Fixture.url(fixture).lastPathComponent)
      let data = try Fixture.data(fixture)
      try data.prefix(data.count * 2 / 3).write(to: file)
      let run = try CommandRun(["models", "inspect", file.path(percentEncoded: false)])
      #expect(run.standardError.contains("it is damaged or incomplete: fetch or export it again"))
      #expect(run.standardOutput.isEmpty)
      #expect(run.exitCode == 65)
    }
  }

  @Test("a file of another kind is refused and the known formats are named")
  func foreign() throws {
    let run = try inspect("onnx/SCHEMA.md")
    #expect(run.standardError.contains("no safetensors, GGUF, ONNX or PyTorch file"))
    #expect(run.exitCode == 65)
  }

  @Test(
    "a file for which there is no address space is refused with the remedy",
    .enabled(if: CommandRun.limitsAddressSpace))
  func noAddressSpace() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "large.gguf")
      try Data("GGUF".utf8).write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      // All but its first bytes is a hole, which takes no room.
      try handle.truncate(atOffset: 256 << 30)
      try handle.close()
      let run = try CommandRun(
        [
          "-c", "ulimit -v \(128 << 20) && exec \"$@\"", "sh", CommandRun.binary.path(percentEncoded: false),
          "models", "inspect", file.path(percentEncoded: false),
        ], binary: URL(filePath: "/bin/sh"))
      #expect(run.standardError.contains("no address space for its 262144 MiB; raise the limit (ulimit -v)"))
      #expect(run.exitCode == 71)
    }
  }
}
