import CaptionMetrics
import Captioning
import Foundation

/// How well a confidence model distinguishes right captions from wrong ones, and photos from other images: measured on
/// photos and images that it was not fitted with.
struct CalibrationReport: Encodable {
  struct Captions: Encodable {
    /// The CIDEr from which a caption counts as right.
    let rightCIDEr: Double
    let photos: Int
    /// The share of right captions.
    let right: Double
    let reliability: ReliabilityCurve
    /// The AUROC of right captions against wrong ones, by the confidence, and by the words' probabilities alone.
    let auroc, aurocOfWords: Double?
  }

  struct Photos: Encodable {
    let photos, others: Int
    let auroc: Double?
    /// The shares of photos that count as photos, and of others that do not.
    let kept, refused: Double
    let kinds: [Kind]
  }

  /// One kind of images that are no photos.
  struct Kind: Encodable {
    let name: String
    let images: Int
    /// The share refused of the half that was not fitted with.
    let refused: Double
    /// The AUROC of all its images, by a model that was fitted with the other kinds alone.
    let aurocUnseen: Double?
    let refusedUnseen: Double
  }

  let trainingPhotos: Int
  let captions: Captions
  let photos: Photos?

  init(_ model: ConfidenceModel, _ data: CalibrationData, rightCIDEr: Double, fitting: ConfidenceFitting) {
    trainingPhotos = data.training.count
    let stated = data.reported.map { (probability: model.confidence($0), isTrue: $0.isRight) }
    let words = data.reported.map { ($0.tokens.reduce(0, +) / Double($0.tokens.count), $0.isRight) }
    captions = Captions(
      rightCIDEr: rightCIDEr, photos: stated.count,
      right: Double(stated.count(where: \.isTrue)) / Double(stated.count), reliability: ReliabilityCurve(stated),
      auroc: areaUnderROC(
        positives: stated.filter(\.isTrue).map(\.probability),
        negatives: stated.filter { !$0.isTrue }.map(\.probability)),
      aurocOfWords: areaUnderROC(
        positives: words.filter(\.1).map(\.0), negatives: words.filter { !$0.1 }.map(\.0)))
    if data.otherReported.isEmpty {
      photos = nil
      return
    }
    let scores = data.photos.map { model.photoScore($0) }
    let others = data.otherReported.mapValues { $0.map { model.photoScore($0.vectors) } }
    let otherScores = others.values.flatMap { $0 }
    photos = Photos(
      photos: scores.count, others: otherScores.count,
      auroc: areaUnderROC(positives: scores, negatives: otherScores),
      kept: Self.share(scores) { $0 >= model.photoThreshold },
      refused: Self.share(otherScores) { $0 < model.photoThreshold },
      kinds: Set(data.otherFitted.keys).union(others.keys).sorted().map { name in
        Self.kind(name, others[name] ?? [], model, data, fitting)
      })
  }

  private static func kind(
    _ name: String, _ scores: [Double], _ model: ConfidenceModel, _ data: CalibrationData, _ fitting: ConfidenceFitting
  ) -> Kind {
    let known = data.otherFitted.filter { $0.key != name }.values.flatMap { $0 }
    let unseen = fitting.discriminating(from: known.map(\.vectors))
    let all = ((data.otherFitted[name] ?? []) + (data.otherReported[name] ?? [])).map { unseen.photoScore($0.vectors) }
    return Kind(
      name: name, images: all.count, refused: share(scores) { $0 < model.photoThreshold },
      aurocUnseen: areaUnderROC(positives: data.photos.map { unseen.photoScore($0) }, negatives: all),
      refusedUnseen: share(all) { $0 < model.photoThreshold })
  }

  private static func share(_ scores: [Double], where holds: (Double) -> Bool) -> Double {
    scores.isEmpty ? 0 : Double(scores.count(where: holds)) / Double(scores.count)
  }
}
