import Foundation
import TestSupport

/// Runs of `caption train` on a copy of the tiny captioner and eight thumbnails.
struct TinyRun {
  /// All of it: data, model, what the command keeps, and runs.
  let directory: URL
  let data: URL
  let model: URL

  /// Photos of `Fixtures/tiny-captioner`, six to learn from and two to validate.
  init(_ directory: URL) throws {
    self.directory = directory
    data = directory.appending(path: "data")
    model = try TinyCaptioner.copy(to: directory)
    for (index, photo) in try TinyCaptioner.expected().enumerated() {
      try add(URL(filePath: photo.path), to: index < 6 ? "train" : "validation")
    }
  }

  /// Puts a photo into a folder of the data, with two captions beside it.
  func add(_ photo: URL, to folder: String) throws {
    let place = data.appending(path: folder)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: photo, to: place.appending(path: photo.lastPathComponent))
    let name = photo.deletingPathExtension().lastPathComponent
    try Data("a photo of \(name)\nthis is \(name) on a photo\n".utf8)
      .write(to: place.appending(path: "\(name).txt"))
  }

  func out(_ name: String = "out") -> URL { directory.appending(path: name) }

  private static let settings = [
    "--width", "16", "--depth", "1", "--heads", "2", "--prefix-length", "4", "--features", "2:class,2:2x2,1:class",
    "--batch-images", "4", "--captions-per-image", "2", "--learning-rate", "0.01", "--warmup", "3", "--threads", "1",
    "--augment", "flip", "--ema", "0.9", "--samples", "2",
  ]

  /// - Parameter arguments: behind the usual ones, and for `settings` in their place.
  func arguments(out name: String = "out", _ arguments: [String]) -> [String] {
    let path = { (url: URL) in url.path(percentEncoded: false) }
    let overridden = Set(arguments.filter { $0.hasPrefix("--") })
    let pairs = stride(from: 0, to: Self.settings.count, by: 2)
      .filter { !overridden.contains(Self.settings[$0]) }.flatMap { Self.settings[$0..<$0 + 2] }
    return ["train", "--data", path(data), "--model", path(model), "--out", path(out(name))] + pairs + arguments
  }

  func train(
    out name: String = "out", _ arguments: String..., meanwhile: (Process) throws -> Void = { _ in }
  ) throws -> CommandRun {
    try CommandRun(
      self.arguments(out: name, arguments), home: directory.appending(path: "home"), meanwhile: meanwhile)
  }

  /// Losses of `metrics.jsonl` in their order.
  func losses(_ name: String = "out") throws -> [Loss] {
    try String(decoding: Data(contentsOf: out(name).appending(path: "metrics.jsonl")), as: UTF8.self)
      .split(separator: "\n").map { try JSONDecoder().decode(Loss.self, from: Data($0.utf8)) }
  }

  struct Loss: Decodable, Equatable {
    let kind: String
    let step: Int
    let loss: Double
  }

  /// What `run.json` says of the data.
  struct Plan: Decodable {
    struct Data: Decodable { let trainImages, trainCaptions, validationImages: Int }
    let data: Data
  }

  func plan(_ name: String = "out") throws -> Plan {
    struct Run: Decodable { let plan: Plan }
    return try JSONDecoder().decode(Run.self, from: Data(contentsOf: out(name).appending(path: "run.json"))).plan
  }

  func mapper(_ name: String = "out") throws -> Data {
    try Data(contentsOf: out(name).appending(path: "mapper.safetensors"))
  }

  func checkpoints(_ name: String = "out") throws -> [String] {
    let path = out(name).appending(path: "checkpoints").path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix("step-") }.sorted()
  }

  /// Waits until a run is well under way and has a checkpoint.
  func waitForCheckpoint(_ process: Process, _ name: String = "out", step: Int = 5) throws {
    while process.isRunning {
      let steps = (try? losses(name))?.last?.step ?? 0
      if try steps >= step && !checkpoints(name).isEmpty { return }
      Thread.sleep(forTimeInterval: 0.005)
    }
  }
}
