import Foundation
import TestSupport
import Testing

/// A CLIP and a GPT-2 of random weights, the one from Hugging Face's files, the other from a ClipCap checkpoint.
@Suite("caption models convert-clipcap")
struct ModelsConvertCommandTests {
  private static let processor = """
    {"image_processor_type": "CLIPImageProcessor", "do_resize": true, "size": {"shortest_edge": 50},
     "do_center_crop": true, "crop_size": {"height": 50, "width": 50}, "resample": 3, "do_rescale": true,
     "do_normalize": true, "image_mean": [0.48, 0.46, 0.41], "image_std": [0.27, 0.26, 0.28]}
    """

  private struct Models {
    let directory: URL
    var home: URL { directory.appending(path: "home") }
    var clip: String { directory.appending(path: "clip").path(percentEncoded: false) }
    var gpt2: String { directory.appending(path: "gpt2").path(percentEncoded: false) }

    init(_ directory: URL) throws {
      self.directory = directory
      let files = [
        ("clip-tiny/config.json", "clip/config.json"), ("clip-tiny/model.safetensors", "clip/model.safetensors"),
        ("clipcap-tiny/config.json", "gpt2/config.json"), ("tokenizer-kinds/opt.json", "gpt2/tokenizer.json"),
      ]
      for (source, target) in files {
        let place = directory.appending(path: target)
        try FileManager.default.createDirectory(
          at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: Fixture.url(source), to: place)
      }
      try Data(processor.utf8).write(to: directory.appending(path: "clip/preprocessor_config.json"))
    }

    func run(_ arguments: String...) throws -> CommandRun {
      try CommandRun(arguments, home: home, currentDirectory: directory)
    }

    func convert(_ kind: String, extra: [String] = []) throws -> CommandRun {
      let checkpoint = Fixture.url("clipcap-tiny/\(kind).pt").path(percentEncoded: false)
      return try CommandRun(
        [
          "models", "convert-clipcap", checkpoint, "--encoder", clip, "--decoder", gpt2, "--out", kind, "--stop", "e",
          "--max-tokens", "8",
        ] + extra, home: home, currentDirectory: directory)
    }
  }

  @Test("what is converted captions photos, one by one and in a batch", arguments: ["mlp", "transformer"])
  func captions(kind: String) throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let converted = try models.convert(kind)
      #expect(converted.exitCode == 0, "\(converted.standardError)")
      #expect(converted.standardError.contains("caption --model \(kind)"))
      let photos = try TinyCaptioner.expected().prefix(3).map(\.path)
      let single = try CommandRun(
        ["--model", kind, "--json", "--precision", "f32"] + photos, home: models.home, currentDirectory: directory)
      #expect(single.exitCode == 0, "\(single.standardError)")
      #expect(single.outputLines.count == 3)
      let batch = try CommandRun(
        ["batch", "--model", kind, "-o", "all.jsonl", "--quiet", "--precision", "f32"] + photos, home: models.home,
        currentDirectory: directory)
      #expect(batch.exitCode == 0, "\(batch.standardError)")
      struct Line: Decodable, Equatable { let caption: String }
      func captions(_ lines: [String]) throws -> [Line] {
        try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
      }
      let written = try String(contentsOf: directory.appending(path: "all.jsonl"), encoding: .utf8)
      #expect(try captions(written.split(separator: "\n").map(String.init)) == captions(single.outputLines))
    }
  }

  @Test("a mapper is trained between this CLIP and this GPT-2, and what is trained captions photos")
  func trains() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      let converted = try models.convert("mlp")
      #expect(converted.exitCode == 0, "\(converted.standardError)")
      let added = try models.run(
        "models", "add", "pair", "--encoder", models.clip, "--decoder", "mlp/decoder", "--stop-tokens", "2",
        "--max-tokens", "8")
      #expect(added.exitCode == 0, "\(added.standardError)")
      let tiny = try TinyRun(directory)
      for (mapper, features) in [("transformer", "3:class,3:patches"), ("clipcap-mlp", "3:projected")] {
        let trained = try CommandRun(
          [
            "train", "--model", "pair", "--data", tiny.data.path(percentEncoded: false), "--out", "trained-\(mapper)",
            "--mapper", mapper, "--features", features, "--width", "16", "--depth", "1", "--heads", "2",
            "--prefix-length", "3", "--batch-images", "4", "--steps", "20", "--validate-every", "10",
            "--learning-rate", "0.02", "--warmup", "2", "--dropout", "0", "--prompt", "a photo",
          ], home: models.home, currentDirectory: directory)
        #expect(trained.exitCode == 0, "\(trained.standardError)")
        let losses = try tiny.losses("trained-\(mapper)").filter { $0.kind == "train" }.map(\.loss)
        let (first, last) = (losses.prefix(3).reduce(0, +), losses.suffix(3).reduce(0, +))
        #expect(last < first - 0.3, "\(losses)")
        let photo = try TinyCaptioner.expected()[0].path
        let caption = try models.run("--model", "trained-\(mapper)", photo)
        #expect(caption.exitCode == 0, "\(caption.standardError)")
        #expect(caption.outputLines.count <= 1)
      }
    }
  }

  @Test("what cannot be converted is refused, and says what to do")
  func refusals() throws {
    try withTemporaryDirectory { directory in
      let models = try Models(directory)
      #expect(try models.convert("mlp").exitCode == 0)
      let again = try models.convert("mlp")
      #expect(again.exitCode == 65)
      #expect(again.standardError.contains("choose another directory"))
      let words = try models.convert("transformer", extra: ["--stop", "two words"])
      #expect(words.exitCode == 65)
      #expect(words.standardError.contains("--stop"))
      let other = Fixture.url("pytorch/calls-system.pt").path(percentEncoded: false)
      let code = try models.run(
        "models", "convert-clipcap", other, "--encoder", models.clip, "--decoder", models.gpt2, "--out", "code")
      #expect(code.exitCode == 65)
      #expect(code.standardError.contains("system"))
    }
  }
}
