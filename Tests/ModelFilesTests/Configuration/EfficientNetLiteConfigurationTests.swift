import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("EfficientNet-Lite configuration")
struct EfficientNetLiteConfigurationTests {
  private struct Lite: Decodable {
    let image_size: Int
    let blocks: [[Int]]
  }

  @Test("Lite0 to Lite4 have the blocks that the reference makes", arguments: 0..<5)
  func blocks(number: Int) throws {
    let all = try JSONDecoder().decode([String: Lite].self, from: Fixture.data("efficientnet-lite-tiny/blocks.json"))
    let expected = try #require(all["lite\(number)"])
    let configuration = EfficientNetLiteConfiguration.lites[number]
    #expect(configuration.imageSize == expected.image_size)
    let found = configuration.blocks.map { [$0.kernelSize, $0.stride, $0.expansion, $0.inputs, $0.outputs] }
    #expect(found == expected.blocks)
  }

  private func configuration(_ members: [String: String]) throws -> EfficientNetLiteConfiguration {
    let usual = [
      "model_type": #""efficientnet-lite""#, "width_coefficient": "1.1", "depth_coefficient": "1.2",
      "image_size": "260",
    ]
    let all = usual.merging(members) { $1 }.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
    return try withTemporaryDirectory { directory in
      let path = directory.appending(path: "config.json")
      try Data("{\(all)}".utf8).write(to: path)
      return try EfficientNetLiteConfiguration(jsonFile: path.path(percentEncoded: false))
    }
  }

  @Test("what a file does not say is as in all Lites")
  func defaults() throws {
    #expect(try configuration([:]) == .lites[2])
  }

  @Test("stages of a file's own are read")
  func stages() throws {
    let path = Fixture.url("efficientnet-lite-tiny/config.json").path(percentEncoded: false)
    let tiny = try EfficientNetLiteConfiguration(jsonFile: path)
    #expect(tiny.headChannels == 40 && tiny.classes == 5)
    #expect(tiny.blocks.map(\.outputs) == [16, 24, 24, 24, 24, 16])
    #expect(tiny.blocks.map(\.isResidual) == [false, false, true, false, true, false])
  }

  @Test(
    "values that cannot be used are refused by name",
    arguments: [
      ("model_type", #""efficientnet""#), ("hidden_act", #""swish""#), ("width_coefficient", "0"),
      ("depth_coefficient", "1e9"), ("image_size", "0"), ("strides", "[1, 2]"), ("strides", "[8, 8, 8, 8, 8, 8, 8]"),
      ("out_channels", "[]"), ("kernel_sizes", "[3, 3, 5, 3, 5, 5, 99]"), ("batch_norm_eps", "-1"),
    ])
  func refusals(key: String, value: String) throws {
    let error = #expect(throws: ModelFileError.self) { try configuration([key: value]) }
    #expect(error?.description.contains(key) == true)
  }
}
