/// An image and what people wrote about it.
public struct CaptionedImage: Sendable, Hashable {
  /// The name that the dataset gives the image, for people and predictions: `1000268201_693b08cb0e.jpg`.
  public let name: String
  public let image: ImageLocation
  /// As they were written, but for blank ones, which are left out. Never empty.
  public let captions: [String]
  /// `nil` where the dataset does not say.
  public let split: Split?
  /// What is in the image, in the dataset's words: `dog`, `dining table`; empty where it does not say.
  public let labels: [String]
  /// Which collection the image came from, where the dataset is made of several: `imagenet`.
  public let source: String?

  public init(
    name: String, image: ImageLocation, captions: [String], split: Split?, labels: [String] = [], source: String? = nil
  ) {
    self.name = name
    self.image = image
    self.captions = captions
    self.split = split
    self.labels = labels
    self.source = source
  }
}

/// A sample, or a part of one, that cannot be used, and why.
public struct DamagedSample: Sendable, Hashable, CustomStringConvertible {
  /// The image's name, or the place where it should have been: `captions.jsonl:12`.
  public let name: String
  public let reason: String

  public init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }

  /// `name: reason`.
  public var description: String { "\(name): \(reason)" }
}

/// What a reader comes across, in the order of the dataset.
public enum DatasetSample: Sendable, Hashable {
  case image(CaptionedImage)
  case damaged(DamagedSample)
}
