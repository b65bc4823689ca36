import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Captioner manifest")
struct CaptionerManifestTests {
  /// The tiny captioner's manifest with something replaced, read back.
  private func read(replacing old: String = "", with new: String = "") throws -> CaptionerManifest {
    try withTemporaryDirectory { directory in
      var text = try String(contentsOf: TinyCaptioner.directory.appending(path: "captioner.json"), encoding: .utf8)
      if !old.isEmpty {
        #expect(text.contains(old))
        text = text.replacing(old, with: new)
      }
      try text.write(to: directory.appending(path: "captioner.json"), atomically: true, encoding: .utf8)
      return try CaptionerManifest(directory: directory.path(percentEncoded: false))
    }
  }

  @Test("every field is read")
  func fields() throws {
    let manifest = try read()
    #expect(manifest.name == "tiny")
    #expect(manifest.encoder.features.map(\.hiddenState) == [2, 2, 1, 3])
    #expect(manifest.encoder.features[1].grid == [2, 2])
    #expect(manifest.decoder.startTokens == [201] && manifest.decoder.stopTokens == [2])
    #expect(manifest.mapper.tokenGroups == [5, 1, 1])
  }

  @Test("what is written is read back the same")
  func roundTrip() throws {
    try withTemporaryDirectory { directory in
      let manifest = try read()
      let path = directory.path(percentEncoded: false)
      try manifest.write(toDirectory: path)
      #expect(try CaptionerManifest(directory: path) == manifest)
    }
  }

  @Test("the shipped default captioner's manifest is valid")
  func shipped() throws {
    let directory = Fixture.packageRoot.appending(path: "Sources/Captioning/Resources/default")
    #expect(try CaptionerManifest(directory: directory.path(percentEncoded: false)).name == "default")
  }

  @Test("a newer format is named and not called damaged")
  func version() {
    let error = #expect(throws: CaptionerManifestError.self) {
      try read(replacing: "\"formatVersion\": 1", with: "\"formatVersion\": 2")
    }
    #expect(error?.description.contains("formatVersion 2 is not known") == true)
  }

  @Test("unknown keys are tolerated")
  func unknownKeys() throws {
    #expect(try read(replacing: "\"name\": \"tiny\"", with: "\"name\": \"tiny\", \"note\": [1]").name == "tiny")
  }

  @Test(
    "an error names the key",
    arguments: [
      ("\"heads\": 2", "\"heads\": 0", "mapper.heads"), ("\"heads\": 2", "\"heads\": true", "mapper.heads"),
      ("\"heads\": 2", "\"heads_\": 2", "mapper.heads"), ("\"bicubic\"", "\"cubic\"", "encoder.preprocessing.resample"),
      ("\"squash\"", "\"squeeze\"", "encoder.preprocessing.resizeMode"),
      ("\"hiddenState\": 3", "\"hiddenState\": -3", "encoder.features[3].hiddenState"),
      ("\"maximumNewTokens\": 32", "\"maximumNewTokens\": 0", "decoder.maximumNewTokens"),
      ("\"path\": \"encoder\"", "\"path\": \"../encoder\"", "encoder.path"),
      ("\"path\": \"encoder\"", "\"path\": \"\"", "encoder.path"),
      ("{prefix}", "prefix", "decoder.promptTemplate"), ("{prefix}", "{prefix}{prefix}", "decoder.promptTemplate"),
      ("\"width\": 56", "\"width\": 0", "encoder.preprocessing.width"),
    ])
  func invalid(old: String, new: String, key: String) {
    let error = #expect(throws: CaptionerManifestError.self) { try read(replacing: old, with: new) }
    #expect(error?.description.contains(key) == true)
  }

  @Test("a hash that is none is refused by its key")
  func hash() throws {
    let sha256 = try read().mapper.sha256.hexadecimal
    let error = #expect(throws: CaptionerManifestError.self) { try read(replacing: sha256, with: "abc") }
    #expect(error?.description.contains("mapper.sha256") == true)
  }

  @Test("what is no JSON is called so")
  func noJSON() {
    let error = #expect(throws: CaptionerManifestError.self) { try read(replacing: "{", with: "[") }
    #expect(error?.description.contains("not valid JSON") == true)
  }
}
