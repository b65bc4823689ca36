import Foundation
import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import Training

/// The mapper of `Fixtures/tiny-captioner`, written anew. That the directory captions is `TrainCommandTests`' matter.
@Suite("Trained captioner")
struct TrainedCaptionerTests {
  private let manifest: CaptionerManifest
  private let parameters: ParameterSet

  init() throws {
    manifest = try CaptionerManifest(directory: TinyCaptioner.path)
    parameters = try ParameterSet(file: SafetensorsFile(path: TinyCaptioner.path + "/mapper.safetensors"))
  }

  private func written<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withTemporaryDirectory { directory in
      var plan = TrainingPlan()
      plan.steps = 77
      let path = directory.path(percentEncoded: false)
      try TrainedCaptioner(manifest: manifest, plan: plan)
        .write(parameters, scores: ["validation_cider": "0.5"], toDirectory: path)
      return try body(path)
    }
  }

  @Test("holds the trained tensors and the constants that go with them, as halves, and nothing else")
  func tensors() throws {
    try written { directory in
      let file = try SafetensorsFile(path: directory + "/mapper.safetensors")
      #expect(file.tensorNames.sorted() == parameters.parameters.map(\.name).sorted())
      for parameter in parameters.parameters {
        let tensor = try #require(file.tensor(named: parameter.name))
        #expect(tensor.elementType == .f16)
        // They were halves before.
        #expect(tensor.toFloat32().distance(to: parameter.tensor) == 0, "\(parameter.name)")
      }
    }
  }

  @Test("names its base models' hashes, recipe and scores")
  func metadata() throws {
    try written { directory in
      let metadata = try SafetensorsFile(path: directory + "/mapper.safetensors").metadata
      #expect(metadata["encoder_sha256"] == manifest.encoders[0].sha256.hexadecimal)
      #expect(metadata["decoder_sha256"] == manifest.decoder.sha256.hexadecimal)
      #expect(metadata["validation_cider"] == "0.5")
      let recipe = try JSONDecoder().decode(TrainingPlan.self, from: Data((metadata["recipe"] ?? "").utf8))
      #expect(recipe.steps == 77)
    }
  }

  @Test("the manifest is the base's with the new mapper and its hash")
  func manifestOfMapper() throws {
    try written { directory in
      let found = try CaptionerManifest(directory: directory)
      var expected = manifest
      expected.mapper.path = "mapper.safetensors"
      expected.mapper.sha256 = try FileHash(ofFile: directory + "/mapper.safetensors")
      #expect(found == expected)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == [
          "captioner.json", "mapper.safetensors",
        ])
    }
  }

  @Test("a place where nothing can be written is named")
  func cannotWrite() {
    let error = #expect(throws: ModelFileError.self) {
      try TrainedCaptioner(manifest: manifest, plan: TrainingPlan())
        .write(parameters, scores: [:], toDirectory: "/dev/null/captioner")
    }
    #expect(error?.description.contains("/dev/null/captioner/mapper.safetensors") == true)
  }
}
