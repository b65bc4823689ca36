/// The part of a dataset that an image belongs to.
package enum Split: String, Sendable, Codable, CaseIterable {
  case train, validation, test

  /// The split that a dataset calls `name`, in any letter case; `nil` for an unknown name.
  ///
  /// Karpathy's `restval` (the part of COCO's validation set that is usually trained on) and `extra` (photos on none of
  /// Flickr8k's lists) are training data.
  package init?(named name: String) {
    switch name.lowercased() {
    case "train", "training", "restval", "extra": self = .train
    case "validation", "val", "valid", "dev": self = .validation
    case "test", "testing": self = .test
    default: return nil
    }
  }

  /// The one split that a file's name mentions as a word: `captions_train2014.json`, `val.jsonl`.
  init?(mentionedIn fileName: String) {
    let words = fileName.split { !$0.isLetter }
    let splits = Set(words.compactMap { Split(named: String($0)) })
    guard splits.count == 1, let split = splits.first else { return nil }
    self = split
  }
}
