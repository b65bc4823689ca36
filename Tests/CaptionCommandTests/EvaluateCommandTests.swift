import Foundation
import TestSupport
import Testing

@Suite("caption evaluate")
struct EvaluateCommandTests {
  private let annotations = """
    {"images": [{"id": 7, "file_name": "seven.jpg"}, {"id": 8, "file_name": "train/eight.jpg"}],
     "annotations": [
      {"image_id": 7, "id": 1, "caption": "A dog runs on grass ."}, {"image_id": 8, "id": 2, "caption": "Two men sit."},
      {"image_id": 7, "id": 3, "caption": "The brown dog runs."}]}
    """
  private let lines = """
    {"file_name": "seven.jpg", "split": "val", "captions": ["A dog runs on grass .", "The brown dog runs."]}
    {"file_name": "eight.jpg", "split": "val", "captions": ["Two men sit."]}
    {"file_name": "nine.jpg", "split": "train", "captions": ["A cat."]}
    """
  private let results = """
    [{"image_id": 7, "caption": "a dog runs"}, {"image_id": 8, "caption": "two men sit"}]
    """

  private struct Summary: Decodable, Equatable {
    let images: Int
    let bleu: [Double]
    let rouge_l, cider: Double
    let worst: [Image]?

    struct Image: Decodable, Equatable {
      let image, caption: String
      let references: [String]
      let cider: Double
    }
  }

  /// Runs the command on files of this content.
  private func run(_ predictions: String, _ references: String, _ arguments: String...) throws -> CommandRun {
    try withTemporaryDirectory { directory in
      let files = [("predictions", predictions), ("references", references)]
      for (name, content) in files { try Data(content.utf8).write(to: directory.appending(path: name)) }
      let options = files.flatMap { ["--\($0.0)", directory.appending(path: $0.0).path(percentEncoded: false)] }
      return try CommandRun(["evaluate"] + options + arguments)
    }
  }

  private func summary(_ predictions: String, _ references: String, _ arguments: String...) throws -> Summary {
    let run =
      try arguments.isEmpty
      ? run(predictions, references, "--json")
      : run(predictions, references, "--json", "--split", arguments[0])
    #expect(run.standardError == "")
    #expect(run.exitCode == 0)
    return try JSONDecoder().decode(Summary.self, from: Data(run.standardOutput.utf8))
  }

  @Test("prints a table of scores")
  func table() throws {
    let run = try run(results, annotations)
    // Six words, all of them in a reference, beside references of 4 and 3 words: no penalty on 6 < 7 words but
    // exp(1 - 7/6) = 0.8465.
    #expect(
      run.outputLines.map { $0.split(separator: " ").first } == [
        "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr", "distinct", "words", "length", "images",
      ])
    #expect(run.outputLines.first == "BLEU-1    0.8465")
    #expect(run.outputLines.last == "images    2")
    #expect(run.exitCode == 0)
  }

  @Test("gives the same scores for COCO results and lines of caption --json, COCO annotations and captions.jsonl")
  func formats() throws {
    let printed = """
      {"caption":"a dog runs","confidence":0.5,"path":"/photos/seven.jpg","tokens":[1]}

      {"caption":"two men sit","confidence":0.5,"path":"eight.jpg","tokens":[1]}
      """
    let named =
      #"[{"image_id": "seven.jpg", "caption": "a dog runs"}, {"image_id": "eight.jpg", "caption": "two men sit"}]"#
    let expected = try summary(results, annotations)
    #expect(expected.images == 2)
    #expect(expected.cider > 0)
    #expect(try summary(printed, annotations) == expected)
    #expect(try summary(printed, lines, "val") == expected)
    #expect(try summary(named, lines, "validation") == expected)
  }

  @Test("--data captions the photos of a dataset's split and scores that")
  func dataset() throws {
    try withTemporaryDirectory { directory in
      let expected = try TinyCaptioner.expected()
      // What the captioner says is the reference of two photos; a third is of another split.
      struct Line: Encodable { let file_name, split: String, captions: [String] }
      let lines = try zip(expected, ["val", "val", "train"]).map { photo, split in
        let line = Line(file_name: photo.file, split: split, captions: [photo.greedy.text])
        return String(decoding: try JSONEncoder().encode(line), as: UTF8.self)
      }
      let file = directory.appending(path: "captions.jsonl").path(percentEncoded: false)
      try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
      let run = try CommandRun([
        "evaluate", "--data", file, "--images", TinyCaptioner.path, "--model", TinyCaptioner.path, "--precision", "f32",
        "--json",
      ])
      #expect(run.exitCode == 0, "\(run.standardError)")
      let scores = try JSONDecoder().decode(Summary.self, from: Data(run.standardOutput.utf8))
      #expect(scores.images == 2)
      // Captions of themselves.
      #expect(scores.bleu[0] > 0.999)
      let missing = try CommandRun(["evaluate", "--data", "missing.jsonl", "--model", TinyCaptioner.path])
      #expect(missing.exitCode == 66)
    }
  }

  private struct Several: Decodable {
    struct Dataset: Decodable {
      let dataset: String
      let scores: Summary
    }
    struct Mean: Decodable { let rouge_l, cider: Double }
    let datasets: [Dataset]
    let mean: Mean
  }

  @Test("--data given twice scores both and gives the mean")
  func datasets() throws {
    try withTemporaryDirectory { directory in
      let expected = try TinyCaptioner.expected()
      func file(_ name: String, _ photos: Range<Int>, _ caption: (Int) -> String) throws -> String {
        struct Line: Encodable { let file_name, split: String, captions: [String] }
        let lines = try photos.map { number in
          let line = Line(file_name: expected[number].file, split: "test", captions: [caption(number)])
          return String(decoding: try JSONEncoder().encode(line), as: UTF8.self)
        }
        let url = directory.appending(path: name)
        try Data(lines.joined(separator: "\n").utf8).write(to: url)
        return url.path(percentEncoded: false)
      }
      let said = try file("said.jsonl", 0..<2) { expected[$0].greedy.text }
      let other = try file("other.jsonl", 2..<5) { _ in "zebras" }
      let saved = directory.appending(path: "saved.jsonl")
      let arguments = [
        "evaluate", "--data", said, "--images", TinyCaptioner.path, "--data", other, "--images", TinyCaptioner.path,
        "--model", TinyCaptioner.path, "--precision", "f32", "--split", "test",
      ]
      let json = try CommandRun(arguments + ["--json", "--save", saved.path(percentEncoded: false)])
      #expect(json.exitCode == 0, "\(json.standardError)")
      let found = try JSONDecoder().decode(Several.self, from: Data(json.standardOutput.utf8))
      #expect(found.datasets.map(\.dataset) == ["said", "other"])
      #expect(found.datasets.map(\.scores.images) == [2, 3])
      #expect(found.datasets[0].scores.rouge_l > 0.999)
      #expect(found.datasets[1].scores.rouge_l == 0)
      #expect(found.mean.rouge_l == (found.datasets[0].scores.rouge_l + 0) / 2)
      let lines = try String(contentsOf: saved, encoding: .utf8)
      #expect(
        lines.ranges(of: "\"dataset\":\"said\"").count == 2 && lines.ranges(of: "\"dataset\":\"other\"").count == 3)
      let table = try CommandRun(arguments)
      #expect(table.outputLines.first?.split(separator: " ") == ["said", "other", "mean"])
      #expect(table.outputLines.first { $0.hasPrefix("images") }?.split(separator: " ") == ["images", "2", "3"])
    }
  }

  @Test("a single line is read as lines")
  func oneLine() throws {
    let scores = try summary(
      #"{"path": "a.jpg", "caption": "a cat"}"#, #"{"file_name": "a.jpg", "captions": ["A cat."]}"#)
    #expect(scores.images == 1)
    #expect(scores.rouge_l == 1)
  }

  @Test("--worst lists the lowest CIDEr with its references, --per-image every image")
  func worst() throws {
    let predictions = #"[{"image_id": 7, "caption": "a horse"}, {"image_id": 8, "caption": "two men sit"}]"#
    let text = try run(predictions, annotations, "--worst", "1").standardOutput
    #expect(text.contains("7\n  a horse\n    - A dog runs on grass .\n    - The brown dog runs.\n"))
    #expect(!text.contains("two men"))
    let every = try run(predictions, annotations, "--per-image", "--json")
    let summary = try JSONDecoder().decode(Summary.self, from: Data(every.standardOutput.utf8))
    #expect(summary.worst?.map(\.image) == ["7", "8"])
  }

  @Test("--partial leaves out images without a prediction, and says so")
  func partial() throws {
    let run = try run(results, lines, "--partial")
    #expect(run.exitCode == 65)
    let named = try self.run(#"{"path": "seven.jpg", "caption": "a dog"}"#, lines, "--partial")
    #expect(named.outputLines.last == "images    1")
    #expect(named.standardError.contains("2 images without a prediction"))
    #expect(named.exitCode == 0)
  }

  @Test("what a captioner was not sure of is an empty caption, and counted")
  func unsure() throws {
    let predictions = """
      {"path": "seven.jpg", "caption": null, "reason": "not_a_photo"}
      {"path": "eight.jpg", "caption": "two men sit"}
      """
    let run = try run(predictions, annotations)
    #expect(run.exitCode == 0, "\(run.standardError)")
    let empty = try self.run(
      #"[{"image_id": 7, "caption": ""}, {"image_id": 8, "caption": "two men sit"}]"#, annotations)
    func words(_ run: CommandRun) -> [[Substring]] { run.outputLines.map { $0.split(separator: " ") } }
    #expect(words(run).dropLast(2) == words(empty)[...])
    #expect(run.outputLines.contains("not sure    1"))
    #expect(run.outputLines.last?.hasPrefix("sure CIDEr  ") == true)
    let json = try self.run(predictions, annotations, "--json")
    #expect(json.standardOutput.contains("\"not_sure\":1"))
  }

  @Test("a photo that could not be captioned has no prediction")
  func failedPhoto() throws {
    let predictions = """
      {"path": "seven.jpg", "error": "seven.jpg: damaged"}
      {"path": "eight.jpg", "caption": "two men"}
      """
    let run = try run(predictions, annotations)
    #expect(run.standardError.contains("no prediction for image 7"))
    #expect(run.standardError.contains("--partial"))
    #expect(run.exitCode == 65)
  }

  @Test(
    "what is wrong with the files is said, with 65",
    arguments: [
      (#"[{"image_id": 9, "caption": "x"}]"#, "no references for image 9"),
      (#"[{"image_id": 7, "caption": "x"}]"#, "no prediction for image 8"),
      (#"[{"image_id": 7, "caption": "x"}, {"image_id": 7, "caption": "y"}]"#, "image 7 comes a second time"),
      (#"[{"image_id": 7, "caption": "x"}, {"image_id": 8}]"#, "element 2: no caption"),
      (#"[{"caption": "x"}]"#, "element 1: no image_id"),
      (#"[{"image_id": 7, "caption": 5}]"#, "element 1: caption: not of the right type"),
      ("{\"path\": \"seven.jpg\", \"caption\": \"x\"}\n{\"path\": ", "line 2: is not valid JSON"),
      ("[{", "is not valid JSON"), ("[]", "holds no captions"), ("", "holds no captions"), ("7,a dog", "is not JSON"),
      (#"{"annotations": []}"#, "not predictions"),
    ])
  func wrongPredictions(predictions: String, message: String) throws {
    let run = try run(predictions, annotations)
    #expect(run.standardError.contains(message))
    #expect(run.standardError.contains("predictions") || run.standardError.contains("references"))
    #expect(run.standardOutput == "")
    #expect(run.exitCode == 65)
  }

  @Test(
    "what is wrong with references is said, with 65",
    arguments: [
      (#"{"annotations": [{"image_id": 7}]}"#, "annotations[0]: no caption"),
      (
        "{\"file_name\": \"a.jpg\", \"captions\": [\"x\"]}\n{\"file_name\": \"b/a.jpg\", \"captions\": [\"x\"]}",
        "second time"
      ),
      (#"{"file_name": "a.jpg", "captions": []}"#, "no captions"), (#"{"captions": ["x"]}"#, "no file_name"),
    ])
  func wrongReferences(references: String, message: String) throws {
    let run = try run(results, references)
    #expect(run.standardError.contains(message))
    #expect(run.exitCode == 65)
  }

  @Test("splits that are unknown, empty or not told are named", arguments: ["half", "test"])
  func splits(name: String) throws {
    for references in [lines, annotations] {
      let run = try run(results, references, "--split", name)
      #expect(run.standardError.contains("split \(name)"))
      #expect(run.exitCode == 65)
    }
  }

  @Test("labels of references give CHAIR and named animals, in the table and as JSON")
  func objects() throws {
    let references = """
      {"file_name": "a.jpg", "captions": ["Two pets on a rug."], "labels": ["cat", "couch"]}
      {"file_name": "b.jpg", "captions": ["A man beside a van."], "labels": ["dog", "person"]}
      {"file_name": "c.jpg", "captions": ["A meadow."], "labels": ["horse"]}
      {"file_name": "d.jpg", "captions": ["A street."]}
      """
    let predictions = """
      {"path": "a.jpg", "caption": "A kitten sits on a sofa beside a cup"}
      {"path": "b.jpg", "caption": "A puppy runs by a truck"}
      {"path": "c.jpg", "caption": "A brown dog in the grass"}
      {"path": "d.jpg", "caption": "A brown dog in the grass"}
      """
    let json = try run(predictions, references, "--json").standardOutput
    struct Found: Decodable {
      struct Chair: Decodable {
        struct Word: Decodable { let word: String }
        let images, mentions: Int
        let chair_s, chair_i: Double
        let imagined: [Word]
      }
      struct Animals: Decodable {
        struct Animal: Decodable, Equatable {
          let animal: String
          let images, named: Int
        }
        let images, named: Int
        let each: [Animal]
      }
      let chair: Chair
      let animals: Animals
      let distinct_captions: Double
    }
    let found = try JSONDecoder().decode(Found.self, from: Data(json.utf8))
    // Six objects named: a cup and a dog are not there; of the van a person wrote, which may be a truck.
    #expect(found.chair.images == 3 && found.chair.mentions == 6)
    #expect(found.chair.chair_s == 2.0 / 3 && found.chair.chair_i == 2.0 / 6)
    #expect(found.chair.imagined.map(\.word) == ["cup", "dog"])
    #expect(found.animals.images == 3 && found.animals.named == 2)
    #expect(
      found.animals.each == [
        .init(animal: "cat", images: 1, named: 1), .init(animal: "dog", images: 1, named: 1),
        .init(animal: "horse", images: 1, named: 0),
      ])
    #expect(found.distinct_captions == 0.75)
    let table = try run(predictions, references).outputLines
    #expect(table.contains("CHAIRs    0.6667"))
    #expect(table.contains("animals   0.6667 (2/3)"))
    #expect(table.contains("  horse   0.0000 (0/1)"))
  }

  @Test("a file that does not exist ends with 66")
  func missingFile() throws {
    let run = try CommandRun(["evaluate", "--predictions", "missing.json", "--references", "missing.jsonl"])
    #expect(run.standardError.contains("missing.json"))
    #expect(run.exitCode == 66)
  }

  @Test("wrong usage ends with 64", arguments: [["--worst", "0"], ["--worst", "1", "--per-image"]])
  func usage(arguments: [String]) throws {
    let run = try CommandRun(["evaluate", "--predictions", "a", "--references", "b"] + arguments)
    #expect(run.standardError.contains("--worst"))
    #expect(run.exitCode == 64)
  }
}
