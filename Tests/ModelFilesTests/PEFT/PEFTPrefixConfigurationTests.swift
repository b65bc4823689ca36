import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("PEFT's adapter_config.json")
struct PEFTPrefixConfigurationTests {
  private func read(_ json: String) throws -> PEFTPrefixConfiguration {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "adapter_config.json")
      try Data(json.utf8).write(to: url)
      return try PEFTPrefixConfiguration(path: url.path(percentEncoded: false))
    }
  }

  private func text(_ changes: [String: String] = [:]) -> String {
    var members = [
      "peft_type": "\"PREFIX_TUNING\"", "task_type": "\"CAUSAL_LM\"", "num_virtual_tokens": "20", "num_layers": "30",
      "num_attention_heads": "3", "token_dim": "192", "num_transformer_submodules": "1",
      "prefix_projection": "false", "base_model_name_or_path": "\"org/model\"",
    ]
    members.merge(changes) { $1 }
    return "{" + members.map { "\"\($0)\": \($1)" }.joined(separator: ",") + "}"
  }

  @Test("key/value heads and their width are read as PEFT counts them")
  func sizes() throws {
    let configuration = try read(text())
    #expect(
      configuration
        == PEFTPrefixConfiguration(
          virtualTokens: 20, layers: 30, keyValueHeads: 3, headDimension: 64, baseModel: "org/model"))
    #expect(configuration.tensorShape == [20, 30 * 2 * 192])
    #expect(configuration.headDimension == 64)
  }

  @Test("other adapters are refused by name", arguments: ["LORA", "PROMPT_TUNING", "P_TUNING", "IA3"])
  func otherTypes(type: String) throws {
    let error = #expect(throws: PEFTError.self) { try read(text(["peft_type": "\"\(type)\""])) }
    let message = try #require(error).description
    #expect(message.contains("'\(type)'") && message.contains("PREFIX_TUNING"))
  }

  @Test("prefixes of models with an encoder are refused")
  func otherTasks() throws {
    let task = #expect(throws: PEFTError.self) { try read(text(["task_type": "\"SEQ_2_SEQ_LM\""])) }
    #expect(try #require(task).description.contains("'SEQ_2_SEQ_LM'"))
    #expect(throws: PEFTError.self) { try read(text(["num_transformer_submodules": "2"])) }
  }

  @Test(
    "sizes that are missing or cannot be are refused by key",
    arguments: ["num_virtual_tokens", "num_layers", "num_attention_heads", "token_dim"],
    ["null", "0", "-3", "1e9", "\"5\""])
  func badSizes(key: String, value: String) throws {
    let error = #expect(throws: ModelFileError.self) { try read(text([key: value])) }
    #expect(try #require(error).description.contains("'\(key)'"))
  }

  @Test("a width that heads do not divide is refused")
  func indivisible() {
    #expect(throws: ModelFileError.self) { try read(text(["token_dim": "193"])) }
  }
}
