import Foundation
import TestSupport
import Testing

@Suite("Which captioner and whether it fits")
struct ModelSelectionTests {
  private let photo: TinyCaptioner.Expected

  init() throws { photo = try TinyCaptioner.expected()[0] }

  @Test("without base models there is one clear message and exit code 69")
  func missingModels() throws {
    let run = try CommandRun([photo.path])
    #expect(run.standardError.contains("caption models pull"))
    #expect(run.standardError.split(separator: "\n").count == 1)
    #expect(run.standardOutput == "")
    #expect(run.exitCode == 69)
  }

  @Test("without --model nothing in the current directory is taken for the default captioner")
  func currentDirectory() throws {
    try withTemporaryDirectory { place in
      try FileManager.default.copyItem(at: TinyCaptioner.directory, to: place.appending(path: "default"))
      // The built-in one is found, whose base models are missing; the one beside would caption.
      #expect(try CommandRun([photo.path], currentDirectory: place).exitCode == 69)
      let named = try CommandRun(["--model", "default", "--precision", "f32", photo.path], currentDirectory: place)
      #expect(named.standardOutput == photo.greedy.text + "\n")
    }
  }

  @Test("an unknown captioner ends with 66 and tells what there is")
  func unknownCaptioner() throws {
    let run = try CommandRun(["--model", "no-such", photo.path])
    #expect(run.standardError.contains("no captioner 'no-such'"))
    #expect(run.standardError.contains("default"))
    #expect(run.exitCode == 66)
  }

  @Test("a captioner in the home is found by its name")
  func namedCaptioner() throws {
    try withTemporaryDirectory { home in
      let captioners = home.appending(path: "captioners")
      try FileManager.default.createDirectory(at: captioners, withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: TinyCaptioner.directory, to: captioners.appending(path: "mine"))
      let run = try CommandRun(["--model", "mine", "--precision", "f32", photo.path], home: home)
      #expect(run.standardOutput == photo.greedy.text + "\n")
    }
  }

  @Test(
    "a mapper with another base than it was trained on is refused, both hashes named",
    arguments: ["encoder", "decoder"])
  func foreignBase(part: String) throws {
    try withTemporaryDirectory { place in
      let copy = try TinyCaptioner.copy(to: place)
      let file = copy.appending(path: part == "encoder" ? "encoder/model.safetensors" : "decoder/tiny.gguf")
      let manifest = try String(contentsOf: copy.appending(path: "captioner.json"), encoding: .utf8)
      // The last byte is a weight's.
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: file)
      let run = try CommandRun(["--model", copy.path(percentEncoded: false), photo.path])
      let hashes = run.standardError.matches(of: /[0-9a-f]{64}/).map { String($0.output) }
      #expect(Set(hashes).count == 2)
      #expect(hashes.contains { manifest.contains($0) })
      #expect(run.standardError.contains("\(part).sha256"))
      #expect(run.exitCode == 65)
    }
  }

  @Test("a damaged manifest ends with 65 and names the key")
  func damagedManifest() throws {
    try withTemporaryDirectory { place in
      let copy = try TinyCaptioner.copy(to: place)
      let file = copy.appending(path: "captioner.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      try text.replacing("\"heads\": 2", with: "\"heads\": \"two\"").write(to: file, atomically: true, encoding: .utf8)
      let run = try CommandRun(["--model", copy.path(percentEncoded: false), photo.path])
      #expect(run.standardError.contains("mapper.heads"))
      #expect(run.exitCode == 65)
    }
  }

  @Test("features that the mapper does not take are refused")
  func wrongFeatures() throws {
    try withTemporaryDirectory { place in
      let copy = try TinyCaptioner.copy(to: place)
      let file = copy.appending(path: "captioner.json")
      let manifest = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      var changed = manifest
      var encoder = try #require(manifest["encoder"] as? [String: Any])
      encoder["features"] = [["hiddenState": 2, "tokens": "class"]]
      changed["encoder"] = encoder
      try JSONSerialization.data(withJSONObject: changed).write(to: file)
      let run = try CommandRun(["--model", copy.path(percentEncoded: false), photo.path])
      #expect(run.standardError.contains("encoder.features"))
      #expect(run.exitCode == 65)
    }
  }

  @Test("keys and values without a token to start from are refused")
  func noStartTokens() throws {
    try withTemporaryDirectory { place in
      let copy = try TinyCaptioner.copy(to: place)
      let file = copy.appending(path: "captioner.json")
      var manifest = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      var decoder = try #require(manifest["decoder"] as? [String: Any])
      decoder["startTokens"] = [Int]()
      manifest["decoder"] = decoder
      try JSONSerialization.data(withJSONObject: manifest).write(to: file)
      let run = try CommandRun(["--model", copy.path(percentEncoded: false), photo.path])
      #expect(run.standardError.contains("captioner.json: decoder.startTokens: expected at least one token"))
      #expect(run.exitCode == 65)
    }
  }

  @Test("a copied binary with its resources beside it finds the default captioner")
  func copiedBinary() throws {
    try withTemporaryDirectory { place in
      let resources = "caption_Captioning.resources"
      let beside = CommandRun.binary.deletingLastPathComponent()
      try FileManager.default.copyItem(at: CommandRun.binary, to: place.appending(path: "caption"))
      try FileManager.default.copyItem(at: beside.appending(path: resources), to: place.appending(path: resources))
      let run = try CommandRun([photo.path], binary: place.appending(path: "caption"))
      // Found; what is missing are its base models.
      #expect(run.exitCode == 69)
    }
  }
}
