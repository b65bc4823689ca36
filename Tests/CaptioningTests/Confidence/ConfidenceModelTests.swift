import CaptionMetrics
import Captioning
import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Confidence model")
struct ConfidenceModelTests {
  private let fitting: ConfidenceFitting
  private let photos: [ConfidenceFitting.Example]
  private let others: [String: [ConfidenceFitting.Example]]

  init() {
    var images = SyntheticImages(seed: 3)
    fitting = ConfidenceFitting(photos: images.vectors(400, at: 0))
    photos = images.examples(300, at: 0)
    others = [
      "near": images.examples(40, at: 2, areRight: false), "far": images.examples(40, at: 3, areRight: false),
    ]
  }

  private func path(_ directory: URL) -> String {
    directory.appending(path: "c.safetensors").path(percentEncoded: false)
  }

  @Test(
    "tells photos from images like those it was fitted to, and keeps at least the share of photos that was asked for")
  func photos() throws {
    let model = fitting.model(photos: photos, others: others, keep: 0.95)
    var fresh = SyntheticImages(seed: 4)
    let photoScores = fresh.vectors(300, at: 0).map { model.photoScore($0) }
    let otherScores = fresh.vectors(100, at: 2).map { model.photoScore($0) }
    #expect(try #require(areaUnderROC(positives: photoScores, negatives: otherScores)) > 0.99)
    let kept = Double(photoScores.count { $0 >= model.photoThreshold }) / 300
    // More than was asked for, since the others lie far off.
    #expect(kept > 0.95)
    #expect(otherScores.count { $0 < model.photoThreshold } > 95)
  }

  @Test("without other images to learn from, what lies far from photos is none")
  func oneClass() throws {
    let model = fitting.model(photos: photos, others: [:], keep: 0.95)
    var fresh = SyntheticImages(seed: 4)
    let photoScores = fresh.vectors(300, at: 0).map { model.photoScore($0) }
    let farScores = fresh.vectors(100, at: -6).map { model.photoScore($0) }
    #expect(try #require(areaUnderROC(positives: photoScores, negatives: farScores)) > 0.99)
    let kept = Double(photoScores.count { $0 >= model.photoThreshold }) / 300
    #expect(abs(kept - 0.95) < 0.04)
  }

  @Test("states probabilities that come true")
  func calibrated() {
    let model = fitting.model(photos: photos, others: others, keep: 0.99)
    var fresh = SyntheticImages(seed: 9)
    let stated = fresh.examples(2000, at: 0).map { (probability: model.confidence($0), isTrue: $0.isRight) }
    #expect(ReliabilityCurve(stated).expectedError < 0.06)
    let unlikely = fresh.examples(50, at: 2, areRight: false).map { model.confidence($0) }
    #expect(unlikely.reduce(0, +) / 50 < 0.1)
  }

  @Test("the distance is Mahalanobis' where the rank leaves one direction")
  func mahalanobis() {
    var images = SyntheticImages(seed: 8)
    let vectors = images.vectors(500, at: 0).map { $0[0] }
    let moments = FeatureMoments(vectors)
    let distribution = moments.distribution(rank: SyntheticImages.widths[0] - 1)
    let vector = distribution.standardised(vectors[7])
    let solved = moments.covariance.solved(vector.map(Double.init))
    let exact = zip(solved, vector).map { $0 * Double($1) }.reduce(0, +)
    #expect(abs(exp(distribution.logDistance(vector)) * Double(vector.count) / exact - 1) < 0.01)
  }

  @Test("is read as it was written, and is smaller than 100 kB")
  func file() throws {
    try withTemporaryDirectory { directory in
      let model = fitting.model(photos: photos, others: others, keep: 0.99)
      try model.write(to: path(directory))
      #expect(try ConfidenceModel(path: path(directory)) == model)
      #expect(try Data(contentsOf: URL(filePath: path(directory))).count < 100_000)
    }
  }

  @Test("a file of the default captioner's sizes, and of two encoders, is smaller than 100 kB")
  func largest() throws {
    var generator = SplitMix(seed: 2)
    let widths = [64, 640, 1280]
    let vectors = (0..<8).map { _ in widths.map { (0..<$0).map { _ in Float.random(in: -1...1, using: &generator) } } }
    let examples = vectors.enumerated().map {
      ConfidenceFitting.Example(vectors: $0.element, tokens: [-1, -2], isRight: $0.offset % 2 == 0)
    }
    try withTemporaryDirectory { directory in
      try ConfidenceFitting(photos: vectors).model(photos: examples, others: ["all": examples], keep: 0.9)
        .write(to: path(directory))
      #expect(try Data(contentsOf: URL(filePath: path(directory))).count < 100_000)
    }
  }

  @Test("a file of another kind, and one of a later version, are refused by name")
  func foreign() throws {
    try withTemporaryDirectory { directory in
      let tensor = Tensor([1], shape: [1]).stored
      try SafetensorsWriter.write([("x", tensor)], to: path(directory))
      #expect(throws: ModelFileError.missingValue(path: path(directory), key: "format = caption confidence")) {
        try ConfidenceModel(path: path(directory))
      }
      try SafetensorsWriter.write(
        [("x", tensor)], metadata: ["format": "caption confidence", "formatVersion": "9"], to: path(directory))
      #expect(throws: ModelFileError.self) { try ConfidenceModel(path: path(directory)) }
    }
  }
}
