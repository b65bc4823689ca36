/// An image and what people wrote about it.
package struct CaptionedImage: Sendable, Hashable {
  /// The dataset's name of the image, for people and predictions: `1000268201_693b08cb0e.jpg`.
  package let name: String
  package let image: ImageLocation
  /// The captions as they were written, without blank ones. Never empty.
  package let captions: [String]
  /// The image's split; `nil` where the dataset does not say.
  package let split: Split?
  /// What is in the image, in the dataset's words: `dog`, `dining table`; empty where the dataset does not say.
  package let labels: [String]
  /// The collection from which the image came, where the dataset is made of several: `imagenet`.
  package let source: String?

  package init(
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
package struct DamagedSample: Sendable, Hashable, CustomStringConvertible {
  /// The image's name, or the place where it should have been: `captions.jsonl:12`.
  package let name: String
  package let reason: String

  package init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }

  /// The sample as `name: reason`.
  package var description: String { "\(name): \(reason)" }
}

/// What a reader finds, in the order of the dataset.
package enum DatasetSample: Sendable, Hashable {
  case image(CaptionedImage)
  case damaged(DamagedSample)
}
