import ModelHub
import Testing

@Suite("Names of models of the hub")
struct HubReferenceTests {
  @Test("repository, file and revision are told apart")
  func parts() throws {
    #expect(try HubReference("hf:org/name") == .init(repository: "org/name"))
    #expect(try HubReference("hf:gpt2") == .init(repository: "gpt2"))
    #expect(try HubReference("hf:org/name@v1") == .init(repository: "org/name", revision: "v1"))
    #expect(try HubReference("hf:org/name@refs/pr/1") == .init(repository: "org/name", revision: "refs/pr/1"))
    #expect(try HubReference("hf:o/n/a/b.gguf@x") == .init(repository: "o/n", file: "a/b.gguf", revision: "x"))
    #expect(try HubReference("hf:o/n/a/b.gguf@x").description == "hf:o/n/a/b.gguf@x")
  }

  @Test(
    "what could lead out of the cache, or is no model, is refused",
    arguments: [
      "org/name", "hf:", "hf:/", "hf:../name", "hf:org/..", "hf:org//x.gguf", "hf:org/name@", "hf:org/name@../x",
      "hf:org/name/../x.gguf", "hf:a--b/c", "hf:org/name with space", "hf:org/name/model.safetensors",
    ])
  func refused(text: String) {
    #expect(throws: HubError.self) { try HubReference(text) }
  }
}
