import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Encoder families")
struct EncoderFamilyTests {
  private static func directory(_ name: String) -> String { Fixture.url(name).path(percentEncoded: false) }

  @Test(
    "a directory's family is found and loads it",
    arguments: [
      ("vit-tiny", "vit"), ("clip-tiny", "clip"), ("siglip-tiny", "siglip"), ("dinov2-tiny", "dinov2"),
      ("dinov2-registers-tiny", "dinov2"), ("dinov2-swiglu-tiny", "dinov2"),
      ("efficientnet-lite-tiny", "efficientnet-lite"),
    ])
  func families(folder: String, family: String) throws {
    let directory = Self.directory(folder)
    #expect(try EncoderFamily.family(ofDirectory: directory) == family)
    let encoder = try EncoderFamily.load(family, from: directory)
    let states = try encoder.hiddenStates(Tensor(zeros: [1, 3, 112, 112]), numbers: [0])
    #expect(states[0]?.columns == encoder.width(ofHiddenState: 0))
  }

  @Test("SigLIP 2 NaFlex and decoders are refused, and what is known is listed", arguments: ["siglip2", "llama"])
  func unknown(type: String) throws {
    try withTemporaryDirectory { directory in
      let text = #"{"model_type": "\#(type)"}"#
      try Data(text.utf8).write(to: directory.appending(path: "config.json"))
      let error = #expect(throws: CaptionerError.self) {
        try EncoderFamily.family(ofDirectory: directory.path(percentEncoded: false))
      }
      let message = try #require(error).description
      #expect(message.contains("'\(type)'") && message.contains("clip, clip_vision_model, dinov2"))
      #expect(message.contains("NaFlex") == (type == "siglip2"))
    }
  }

  /// Bytes are exact, and so is each step to a float, as both round to single precision after every one.
  @Test(
    "a photo becomes the pixels that transformers' Pillow processors make of it, bit for bit",
    arguments: ["clip", "clip-numbers", "siglip", "vit", "dinov2", "unnormalised"])
  func preprocessing(name: String) throws {
    let path = Self.directory("preprocessors/\(name).json")
    let types = ["clip-numbers": "clip", "unnormalised": "vit"]
    let settings = try CaptionerManifest.Preprocessing(preprocessorFile: path, modelType: types[name] ?? name)
    let image = try ImageDecoder().decode(path: Self.directory("images/chelsea.png")).image
    let expected = try Reference("preprocessors/pixels.safetensors")(name)
    let found = try ImagePreprocessor(settings)(image)
    #expect(found.shape == Array(expected.shape.dropFirst()))
    #expect(found.values == expected.values)
  }
}
