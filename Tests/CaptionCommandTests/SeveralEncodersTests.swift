import Foundation
import TestSupport
import Testing

/// A captioner with two encoders: a DINOv2 whose tokens have 24 numbers, and a SigLIP whose tokens have 32.
@Suite("Captioners of several encoders")
struct SeveralEncodersTests {
  private struct Models {
    let directory: URL
    let run: TinyRun
    var dinov2: URL { directory.appending(path: "my-dinov2") }
    var siglip: URL { directory.appending(path: "my-siglip") }
    var home: URL { directory.appending(path: "home") }
    var photo: String { get throws { try TinyCaptioner.expected()[0].path } }

    init(_ directory: URL) throws {
      self.directory = directory
      run = try TinyRun(directory)
      try put("dinov2-tiny", at: dinov2, side: 56)
      try put("siglip-tiny", at: siglip, side: 50)
    }

    private func put(_ fixture: String, at place: URL, side: Int) throws {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for name in ["config.json", "model.safetensors"] {
        try FileManager.default.copyItem(at: Fixture.url("\(fixture)/\(name)"), to: place.appending(path: name))
      }
      let processor = """
        {"do_resize": true, "size": {"height": \(side), "width": \(side)}, "resample": 3, "do_rescale": true,
         "do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
         "image_processor_type": "SiglipImageProcessor"}
        """
      try Data(processor.utf8).write(to: place.appending(path: "preprocessor_config.json"))
    }

    func command(_ arguments: [String]) throws -> CommandRun { try CommandRun(arguments, home: home) }

    func add(_ arguments: String...) throws -> CommandRun {
      try command(
        [
          "models", "add", "two", "--encoder", dinov2.path, "--encoder", siglip.path, "--decoder",
          Fixture.url("tiny-captioner/decoder/tiny.gguf").path,
        ] + arguments)
    }

    func train(out name: String = "out", _ arguments: String...) throws -> CommandRun {
      try command(
        [
          "train", "--data", run.data.path, "--model", "two", "--out", run.out(name).path, "--width", "16", "--depth",
          "1",
          "--heads", "2", "--prefix-length", "4", "--batch-images", "4", "--captions-per-image", "2", "--steps", "4",
          "--validate-every", "2", "--threads", "1", "--samples", "1", "--learning-rate", "0.01", "--warmup", "1",
          "--checkpoint-minutes", "0.0001",
        ] + arguments)
    }

    /// The directories of caches, and how many bytes their data have.
    func caches() throws -> [String: Int] {
      let features = home.appending(path: "features")
      let names = try FileManager.default.contentsOfDirectory(atPath: features.path)
      return try Dictionary(
        uniqueKeysWithValues: names.map { name in
          (name, try Data(contentsOf: features.appending(path: "\(name)/data")).count)
        })
    }
  }

  private struct Manifest: Decodable {
    struct Encoder: Decodable {
      struct Feature: Decodable {
        let hiddenState: Int
        let tokens: String
      }
      let name: String?
      let path: String
      let family: String
      let sha256: String
      let features: [Feature]
    }
    struct Mapper: Decodable {
      let tokenGroups: [Int]
    }
    let formatVersion: Int
    let encoder: Encoder?
    let encoders: [Encoder]?
    let mapper: Mapper?

    init(_ file: URL) throws { self = try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: file)) }
  }

  @Test(
    "two encoders are added, trained over, caption photos one by one and in batches, and are known by their content")
  func endToEnd() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let added = try models.add()
      #expect(added.exitCode == 0, "\(added.standardError)")
      #expect(
        added.standardError.contains("mappers read dinov2:2:class,dinov2:3:class,dinov2:3:patches,siglip:2:patches"))
      let pair = try Manifest(models.home.appending(path: "pairs/two/pair.json"))
      #expect(pair.formatVersion == 2 && pair.encoder == nil)
      #expect(pair.encoders?.map(\.name) == ["dinov2", "siglip"])

      let trained = try models.train()
      #expect(trained.exitCode == 0, "\(trained.standardError)")
      let losses = try models.run.losses().filter { $0.kind == "train" }
      #expect(losses.map(\.step) == [1, 2, 3, 4] && losses.allSatisfy { $0.loss.isFinite })
      let captioner = try Manifest(models.run.out().appending(path: "captioner.json"))
      #expect(captioner.formatVersion == 2)
      #expect(captioner.encoders?.map(\.path) == [models.dinov2.path, models.siglip.path])
      // One class token; a class token and 16 patches; 9 patches of the other.
      #expect(captioner.mapper?.tokenGroups == [1, 17, 9])

      let caption = try models.command(["--model", models.run.out().path, try models.photo, "--json"])
      #expect(caption.exitCode == 0, "\(caption.standardError)")
      let photos = models.run.data.appending(path: "train")
      let output = directory.appending(path: "captions.jsonl")
      let batch = try models.command([
        "batch", photos.path, "--model", models.run.out().path, "--output", output.path, "--precision", "f32",
      ])
      #expect(batch.exitCode == 0, "\(batch.standardError)")
      #expect(try String(contentsOf: output, encoding: .utf8).split(separator: "\n").count == 6)

      var weights = try Data(contentsOf: models.siglip.appending(path: "model.safetensors"))
      weights[weights.count - 1] ^= 1
      try weights.write(to: models.siglip.appending(path: "model.safetensors"))
      let refused = try models.command(["--model", models.run.out().path, try models.photo])
      #expect(refused.standardError.contains("\(models.siglip.path)/model.safetensors is not what"))
      #expect(refused.standardError.contains("encoders[1].sha256"))
      #expect(refused.exitCode == 65)
    }
  }

  @Test("another encoder beside the first has its features computed, and those of the first are there already")
  func caches() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      _ = try models.add()
      let alone = try models.train(out: "one", "--features", "dinov2:2:class,dinov2:3:patches", "--steps", "1")
      #expect(alone.exitCode == 0, "\(alone.standardError)")
      // Without features the other encoder is left out.
      let manifest = try Manifest(models.run.out("one").appending(path: "captioner.json"))
      #expect(manifest.formatVersion == 1 && manifest.encoder?.family == "dinov2" && manifest.encoder?.name == nil)
      let first = try models.caches()
      #expect(first.count == 1)
      let both = try models.train(
        out: "two", "--features", "dinov2:2:class,siglip:pooled,dinov2:3:patches", "--steps", "1")
      #expect(both.exitCode == 0, "\(both.standardError)")
      let second = try models.caches()
      #expect(second.count == 2)
      for (name, bytes) in first { #expect(second[name] == bytes) }
      let joined = try Manifest(models.run.out("two").appending(path: "captioner.json"))
      // What one encoder is asked for stays together.
      #expect(joined.encoders?[0].features.map(\.tokens) == ["class", "patches"])
      #expect(joined.encoders?[1].features.map(\.hiddenState) == [2])
      #expect(joined.mapper?.tokenGroups == [1, 16, 1])
    }
  }

  @Test("features of an encoder that is not there, or of none of several, are refused with the choices")
  func unknownNames() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      _ = try models.add()
      for (features, message) in [
        ("clip:pooled", "there is no encoder 'clip': ask for features of dinov2, siglip"),
        ("2:class", "by their names, as in dinov2:8:class: there are dinov2, siglip"),
      ] {
        let run = try models.train("--features", features)
        #expect(run.standardError.contains(message), "\(run.standardError)")
        #expect(run.exitCode == 64)
      }
      let spelt = try models.train("--features", "siglip:2:head")
      #expect(spelt.standardError.contains("'siglip:2:head' is no feature: ask for class, patches, pooled"))
      let absent = try models.train("--features", "dinov2:3:class,siglip:2:class")
      #expect(absent.standardError.contains("encoder 'siglip': the encoder has no class token"))
      let unread = try models.add("--force", "--features", "dinov2:2:class")
      #expect(unread.standardError.contains("no feature of the encoder 'siglip' is asked for"))
      #expect(unread.exitCode == 64)
    }
  }

  @Test("two of one family have names that differ, and each its own size")
  func sameFamily() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let run = try models.command([
        "models", "add", "twins", "--encoder", models.dinov2.path, "--encoder", models.dinov2.path, "--size", "56",
        "--size", "28", "--decoder", Fixture.url("tiny-captioner/decoder/tiny.gguf").path, "--features",
        "dinov2:3:patches,dinov2-2:class",
      ])
      #expect(run.exitCode == 0, "\(run.standardError)")
      let pair = try Manifest(models.home.appending(path: "pairs/twins/pair.json"))
      #expect(pair.encoders?.map(\.name) == ["dinov2", "dinov2-2"])
      #expect(pair.encoders?[1].features.map(\.hiddenState) == [3])
    }
  }

  @Test("a run goes on with its own encoders, and with no others")
  func resumption() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      _ = try models.add()
      #expect(try models.train().exitCode == 0)
      let again = try models.train("--resume")
      #expect(again.exitCode == 0, "\(again.standardError)")
      let run = try String(contentsOf: models.run.out().appending(path: "run.json"), encoding: .utf8)
      for encoder in try #require(Manifest(models.home.appending(path: "pairs/two/pair.json")).encoders) {
        #expect(run.contains(encoder.sha256))
      }
      let other = try models.train("--resume", "--features", "dinov2:3:patches")
      #expect(other.standardError.contains("models.furtherEncoders"), "\(other.standardError)")
      #expect(other.exitCode != 0)
    }
  }

  @Test("inspect shows every encoder, in text and in JSON, and list where they are")
  func inspection() throws {
    struct Inspection: Decodable {
      struct Encoder: Decodable {
        let name: String
        let features: String
      }
      let encoders: [Encoder]
    }
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      _ = try models.add()
      let text = try models.command(["models", "inspect", "two"]).standardOutput
      #expect(text.contains("encoder dinov2\n") && text.contains("encoder siglip\n"))
      #expect(text.contains(/input +50x50, squash, bicubic\n/))
      let json = try models.command(["models", "inspect", "two", "--json"]).standardOutput
      let found = try JSONDecoder().decode(Inspection.self, from: Data(json.utf8))
      #expect(found.encoders.map(\.name) == ["dinov2", "siglip"])
      #expect(found.encoders.map(\.features) == ["2:class,3:class,3:patches", "2:patches"])
      let list = try models.command(["models", "list"]).standardOutput
      #expect(list.contains("  two\n    encoder \(models.dinov2.path)\n    encoder \(models.siglip.path)\n"))
    }
  }
}
