import Foundation
import TestSupport
import Testing

@Suite("caption train: data")
struct TrainCommandDataTests {
  @Test("a missing path ends with 66 and is named")
  func missingData() throws {
    try withTemporaryDirectory { directory in
      let run = try CommandRun(["train", "--data", "missing.jsonl", "--model", TinyCaptioner.path, "--out", "out"])
      #expect(run.standardError.contains("missing.jsonl"))
      #expect(run.exitCode == 66)
    }
  }

  @Test("a folder without captions ends with 65")
  func noDataset() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      let run = try CommandRun(["train", "--data", path, "--model", TinyCaptioner.path, "--out", path + "/out"])
      #expect(run.standardError.contains("is no known kind of dataset"))
      #expect(run.exitCode == 65)
    }
  }

  @Test("without a split photos are kept for validation by hash, and every photo is used once")
  func hashedSplit() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      for split in ["train", "validation"] {
        let folder = tiny.data.appending(path: split)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)) {
          try FileManager.default.moveItem(at: folder.appending(path: name), to: tiny.data.appending(path: name))
        }
        try FileManager.default.removeItem(at: folder)
      }
      let run = try tiny.train("--steps", "1", "--validation", "40%")
      #expect(run.exitCode == 0, "\(run.standardError)")
      let data = try tiny.plan().data
      #expect(data.trainImages + data.validationImages == 8)
      #expect(data.validationImages > 0)
      #expect(data.trainCaptions == 2 * data.trainImages)
    }
  }

  @Test("--max-caption-tokens leaves out training captions alone: validation measures all that people wrote")
  func longCaptions() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let long = Data((String(repeating: "a photo of a photo of ", count: 30) + "nothing\n").utf8)
      for split in ["train", "validation"] {
        let folder = tiny.data.appending(path: split)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
        let sidecar = try #require(names.sorted().first { $0.hasSuffix(".txt") })
        try long.write(to: folder.appending(path: sidecar))
      }
      let run = try tiny.train("--steps", "1", "--max-caption-tokens", "60")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("1 training captions of more than 60 tokens are left out"))
      let data = try tiny.plan().data
      #expect(data.trainImages == 5)
      #expect(data.trainCaptions == 10)
      #expect(data.validationImages == 2)
    }
  }

  @Test("no photo to validate with is said, with 65")
  func nothingToValidate() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      try FileManager.default.removeItem(at: tiny.data)
      try tiny.add(Fixture.url("images/rocket.jpg"), to: "train")
      let run = try tiny.train("--steps", "1")
      #expect(run.standardError.contains("no image with captions is left for validation"), "\(run.standardError)")
      #expect(run.exitCode == 65)
    }
  }

  @Test("--validation 0% learns from all photos, and keeps what the last step has learnt")
  func noValidation() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      try FileManager.default.removeItem(at: tiny.data.appending(path: "validation"))
      let run = try tiny.train("--steps", "3", "--validation", "0%")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("there is no validation"))
      #expect(run.standardError.contains("the captioner of step 3"))
      #expect(try tiny.plan().data.trainImages == 6)
      #expect(try tiny.losses().map(\.kind) == ["train", "train", "train"])
      let path = tiny.out().path(percentEncoded: false)
      let captioned = try CommandRun([TinyCaptioner.expected()[0].path, "--always", "--model", path])
      #expect(captioned.exitCode == 0, "\(captioned.standardError)")
      let resumed = try tiny.train("--steps", "3", "--validation", "0%", "--resume")
      #expect(resumed.exitCode == 0, "\(resumed.standardError)")
    }
  }

  @Test("what caption batch has written is learnt from, from the directory where it ran")
  func batchOutput() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      try FileManager.default.createDirectory(at: tiny.out(), withIntermediateDirectories: true)
      let outputs = ["-o", "out/captions.jsonl", "-o", "out/captions.csv", "-o", "out/results.json"]
      let batch = try CommandRun(
        ["batch", "data", "--model", TinyCaptioner.path, "--always"] + outputs, currentDirectory: directory)
      #expect(batch.exitCode == 0, "\(batch.standardError)")
      for name in ["captions.jsonl", "captions.csv"] {
        var arguments = tiny.arguments(out: "run-\(name)", ["--steps", "1", "--validation", "40%"])
        arguments[2] = "out/\(name)"
        let run = try CommandRun(arguments, home: directory.appending(path: "home"), currentDirectory: directory)
        #expect(run.exitCode == 0, "\(run.standardError)")
        let data = try tiny.plan("run-\(name)").data
        #expect(data.trainImages + data.validationImages == 8)
      }
    }
  }

  @Test("--image-column and --caption-column name what tables have")
  func columns() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let photos = try TinyCaptioner.expected()
      let rows = photos.map { "\($0.file)|photo of something|nothing" }
      let file = tiny.model.appending(path: "table.csv")
      try Data((["picture|words|caption"] + rows).joined(separator: "\n").utf8).write(to: file)
      func arguments(out: String, captions: String) -> [String] {
        let data = ["--data", file.path(percentEncoded: false)]
        let columns = ["--image-column", "Picture", "--caption-column", captions]
        return Array(tiny.arguments(out: out, ["--steps", "1", "--validation", "40%"] + columns).dropFirst(3)) + data
      }
      let run = try CommandRun(["train"] + arguments(out: "out", captions: "words"))
      #expect(run.exitCode == 0, "\(run.standardError)")
      let other = try CommandRun(["train"] + arguments(out: "other", captions: "text"))
      #expect(other.standardError.contains("picture, words, caption"), "\(other.standardError)")
      #expect(other.exitCode == 65)
    }
  }

  @Test("names of images that lead out of the dataset's folder are told")
  func outside() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let photos = try TinyCaptioner.expected()
      let lines = photos.map { #"{"file_name": "../tiny-captioner/\#($0.file)", "caption": "a thing"}"# }
      let file = tiny.data.appending(path: "captions.jsonl")
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      var arguments = tiny.arguments(["--steps", "1", "--validation", "40%"])
      arguments[2] = file.path(percentEncoded: false)
      let run = try CommandRun(arguments)
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(
        run.standardError.contains(
          "names of \(photos.count) images lead out of its folder, such as ../tiny-captioner/"),
        "\(run.standardError)")
    }
  }

  /// Two photos cut short, one without text.
  private func damaged(_ tiny: TinyRun) throws {
    let photo = try Data(contentsOf: Fixture.url("images/rocket.jpg"))
    for name in ["cut-a", "cut-b"] {
      let file = tiny.data.appending(path: "train/\(name).jpg")
      // Not the same bytes: one hash for each.
      try (photo.prefix(300) + Data(name.utf8)).write(to: file)
      try Data("a rocket\n".utf8).write(to: tiny.data.appending(path: "train/\(name).txt"))
    }
    try photo.write(to: tiny.data.appending(path: "train/silent.jpg"))
  }

  @Test("damaged samples up to --max-bad are named and left out")
  func fewDamaged() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      try damaged(tiny)
      let run = try tiny.train("--steps", "2", "--max-bad", "30%")
      #expect(run.exitCode == 0, "\(run.standardError)")
      for name in ["cut-a.jpg", "cut-b.jpg", "silent.jpg"] {
        #expect(run.standardError.contains("warning: left out: train/\(name)"), "\(run.standardError)")
      }
    }
  }

  @Test("more damaged samples end with 65 and the list of them, before anything is made")
  func manyDamaged() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      try damaged(tiny)
      let run = try tiny.train("--steps", "2", "--max-bad", "10%")
      for text in ["3 of 11 samples are damaged", "--max-bad", "cut-a.jpg", "cut-b.jpg", "silent.jpg"] {
        #expect(run.standardError.contains(text), "\(run.standardError)")
      }
      #expect(run.exitCode == 65)
      #expect(!FileManager.default.fileExists(atPath: tiny.out().path(percentEncoded: false)))
    }
  }

  @Test("--augment crop,color learns from variants, whose features are kept for other runs")
  func augmentation() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let options = ["--steps", "3", "--augment", "flip,crop,color", "--augment-variants", "2"]
      let run = try CommandRun(tiny.arguments(options), home: directory.appending(path: "home"))
      #expect(run.exitCode == 0, "\(run.standardError)")
      let caches = directory.appending(path: "home/features").path(percentEncoded: false)
      #expect(try FileManager.default.contentsOfDirectory(atPath: caches).count == 3)
      let plan = try String(contentsOf: tiny.out().appending(path: "run.json"), encoding: .utf8)
      #expect(
        plan.contains(#""augmentation": "color,crop,flip""#) || plan.contains(#""augmentation" : "color,crop,flip""#))
      let other = try tiny.train("--steps", "3", "--augment", "flip", "--resume")
      #expect(other.exitCode == 65)
      #expect(other.standardError.contains("batches.variants: 2, now none"), "\(other.standardError)")
    }
  }

  @Test("the same photo under two names does no harm")
  func duplicates() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let folder = tiny.data.appending(path: "validation")
      let photo = try #require(
        FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).first {
          !$0.hasSuffix("txt")
        })
      try FileManager.default.copyItem(
        at: folder.appending(path: photo), to: folder.appending(path: "again-\(photo)"))
      try Data("once more\n".utf8).write(
        to: folder.appending(path: "again-\(photo)").deletingPathExtension().appendingPathExtension("txt"))
      let run = try tiny.train("--steps", "1")
      #expect(run.exitCode == 0, "\(run.standardError)")
    }
  }

  @Test("captions.jsonl is read, and training captions too long are left out and counted")
  func captionsFile() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let photos = try TinyCaptioner.expected()
      let lines = photos.enumerated().map { index, photo in
        let split = index < 6 ? "train" : "val"
        let long = index == 0 ? Array(repeating: "long", count: 60).joined(separator: " ") : "a thing"
        return #"{"file_name": "\#(photo.file)", "split": "\#(split)", "captions": ["one thing", "\#(long)"]}"#
      }
      let file = tiny.model.appending(path: "captions.jsonl")
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      var arguments = tiny.arguments(["--steps", "1"])
      arguments[2] = file.path(percentEncoded: false)
      let run = try CommandRun(arguments)
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("1 training captions of more than 40 tokens"))
    }
  }
}
