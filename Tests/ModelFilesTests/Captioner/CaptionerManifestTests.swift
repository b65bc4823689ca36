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
    #expect(manifest.encoders[0].features.map(\.hiddenState) == [2, 2, 1, 3])
    #expect(manifest.encoders[0].features[1].grid == [2, 2])
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
      try read(replacing: "\"formatVersion\": 1", with: "\"formatVersion\": 3")
    }
    #expect(error?.description.contains("formatVersion 3 is not known, only 1 to 2") == true)
  }

  /// The tiny captioner's manifest with two encoders.
  private func two(_ change: (inout [CaptionerManifest.Encoder]) -> Void = { _ in }) throws -> CaptionerManifest {
    var manifest = try read()
    manifest.encoders.append(manifest.encoders[0])
    manifest.encoders = manifest.encoders.named
    change(&manifest.encoders)
    return try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      try manifest.write(toDirectory: path)
      return try CaptionerManifest(directory: path)
    }
  }

  @Test("one encoder is written as version 1, several as version 2 with a name each")
  func versions() throws {
    try withTemporaryDirectory { directory in
      func written(_ manifest: CaptionerManifest) throws -> String {
        try manifest.write(toDirectory: directory.path(percentEncoded: false))
        return try String(contentsOf: directory.appending(path: "captioner.json"), encoding: .utf8)
      }
      let (one, several) = (try written(read()), try written(two()))
      #expect(one.contains("\"formatVersion\" : 1") && one.contains("\"encoder\" : {") && !one.contains("encoders"))
      #expect(several.contains("\"formatVersion\" : 2") && several.contains("\"encoders\" : ["))
      #expect(several.contains("\"name\" : \"dinov2-2\""))
    }
    #expect(try two().encoders.names == ["dinov2", "dinov2-2"])
    #expect(try two { $0[1].name = "small" }.encoders.names == ["dinov2", "small"])
  }

  @Test("a list of one encoder is read, too")
  func listOfOne() throws {
    try withTemporaryDirectory { directory in
      let text = try String(contentsOf: TinyCaptioner.directory.appending(path: "captioner.json"), encoding: .utf8)
        .replacing("\"formatVersion\": 1", with: "\"formatVersion\": 2")
        .replacing("\"encoder\": {", with: "\"encoders\": [{").replacing(
          "},\n  \"decoder\"", with: "}],\n  \"decoder\"")
      try text.write(to: directory.appending(path: "captioner.json"), atomically: true, encoding: .utf8)
      #expect(try CaptionerManifest(directory: directory.path(percentEncoded: false)) == read())
    }
  }

  @Test("an error in one of several encoders names its place")
  func secondEncoder() {
    func error(_ change: (inout [CaptionerManifest.Encoder]) -> Void) -> String {
      #expect(throws: CaptionerManifestError.self) { try two(change) }?.description ?? ""
    }
    #expect(error { $0[1].features[3].hiddenState = -3 }.contains("encoders[1].features[3].hiddenState"))
    #expect(error { $0[1].name = "8" }.contains("encoders[1].name"))
    #expect(error { $0[1].name = "a:b" }.contains("encoders[1].name"))
    #expect(error { $0[1].name = "dinov2" }.contains("encoders: expected names that differ"))
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
