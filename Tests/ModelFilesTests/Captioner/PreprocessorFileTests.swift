import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("preprocessor_config.json")
struct PreprocessorFileTests {
  private func read(_ fields: String) throws -> CaptionerManifest.Preprocessing {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "preprocessor_config.json")
      let usual = "\"image_mean\": [0.5, 0, 1], \"image_std\": [0.25, 0.5, 1]"
      try Data("{\(usual), \(fields)}".utf8).write(to: file)
      return try .init(preprocessorFile: file.path(percentEncoded: false))
    }
  }

  @Test("a size alone squeezes the photo into it (ViT, SigLIP)")
  func squash() throws {
    let read = try read(#""size": {"height": 224, "width": 196}, "resample": 2, "rescale_factor": 0.5"#)
    #expect(
      read
        == .init(
          width: 196, height: 224, resizeMode: "squash", resample: "bilinear", rescaleFactor: 0.5, mean: [0.5, 0, 1],
          std: [0.25, 0.5, 1]))
  }

  @Test(
    "a shortest edge with a crop cuts out the middle (DINOv2, CLIP), also in the notation of older files",
    arguments: [
      (#""size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}"#, 256),
      (#""size": 256, "crop_size": 224"#, 256), (#""size": {"shortest_edge": 224}, "crop_size": 224"#, nil),
    ])
  func crop(fields: String, edge: Int?) throws {
    let read = try read(fields + #", "do_center_crop": true, "resample": 3"#)
    #expect(read.resizeMode == "shortestEdgeCenterCrop" && read.shortestEdge == edge)
    #expect(read.width == 224 && read.height == 224 && read.resample == "bicubic")
  }

  @Test(
    "what is not expressible is refused by name",
    arguments: [
      (#""size": {"shortest_edge": 256}"#, "do_center_crop"), (#""size": {"height": 9, "width": 0}"#, "width"),
      (#""size": {"height": 9, "width": 9}, "do_normalize": false"#, "do_normalize"),
      (#""size": {"height": 9, "width": 9}, "resample": 7"#, "resample"), (#""resample": 3"#, "size"),
    ])
  func refused(fields: String, key: String) {
    let error = #expect(throws: ModelFileError.self) { try read(fields) }
    #expect(error?.description.contains(key) == true)
  }
}
