import ModelFiles
import Testing

@Suite("preprocessor_config.json")
struct PreprocessorFileTests {
  static let clip: [String: String] = [
    "image_processor_type": #""CLIPImageProcessor""#, "size": #"{"shortest_edge": 256}"#, "crop_size": "224",
    "resample": "3", "do_center_crop": "true",
  ]

  private func read(
    _ values: [String: String], _ changes: [String: String?] = [:], modelType: String = "clip"
  ) throws -> CaptionerManifest.Preprocessing {
    try JSONText(values, changes).withFile {
      try CaptionerManifest.Preprocessing(preprocessorFile: $0, modelType: modelType)
    }
  }

  @Test("shortest edge and crop are read")
  func cropped() throws {
    let found = try read(Self.clip)
    #expect(found.width == 224 && found.height == 224 && found.shortestEdge == 256)
    #expect(found.resizeMode == "shortestEdgeCenterCrop" && found.resample == "bicubic")
    #expect(found.rescaleFactor == 1.0 / 255 && found.mean == [0.48145466, 0.4578275, 0.40821073])
  }

  @Test("a file that says next to nothing is read as that of its model's processor")
  func silent() throws {
    let vit = try read(["size": "384"], modelType: "vit")
    #expect(vit.width == 384 && vit.height == 384 && vit.resizeMode == "squash" && vit.resample == "bilinear")
    #expect(vit.mean == [0.5, 0.5, 0.5])
    let dino = try read([:], modelType: "dinov2_with_registers")
    #expect(dino.resizeMode == "shortestEdgeCenterCrop" && dino.width == 224 && dino.shortestEdge == nil)
  }

  @Test("steps that are switched off are left out")
  func off() throws {
    let found = try read(Self.clip, ["do_rescale": "false", "do_normalize": "false"])
    #expect(found.rescaleFactor == 1 && found.mean == [0, 0, 0] && found.std == [1, 1, 1])
  }

  @Test(
    "what cannot be honoured is an error that names its key",
    arguments: [
      ("do_resize", "false", "do_resize"), ("do_center_crop", "false", "size"), ("do_pad", "true", "do_pad"),
      ("do_flip_channel_order", "true", "do_flip_channel_order"), ("crop_pct", "0.9", "crop_pct"),
      ("crop_size", "300", "crop_size"), ("size", #"{"height": 256, "width": 256}"#, "crop_size"),
      ("size", #"{"longest_edge": 256}"#, "size"), ("resample", "6", "resample"),
      ("image_mean", "[1, 2]", "image_mean"),
      ("image_std", "[1, 0, 1]", "image_std"),
      ("image_processor_type", #""Siglip2ImageProcessor""#, "image_processor_type"),
    ])
  func refused(key: String, value: String, named: String) throws {
    try JSONText(Self.clip, [key: value]).withFile { path in
      let error = #expect(throws: ModelFileError.self) {
        try CaptionerManifest.Preprocessing(preprocessorFile: path, modelType: "clip")
      }
      guard case .invalidValue(path, let found, _)? = error, found == named else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }
}
