import ArgumentParser
import Datasets
import ImageEncoding

/// The locations of images with captions.
struct DatasetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Images with captions: a folder, tar shards, captions.jsonl, metadata.jsonl, COCO, Karpathy, LAVIS, LLaVA or kohya JSON, a Flickr8k "
        + "token file, a CSV, or what 'caption batch' writes. "
        + "Given several times, all are learnt from together, and each is validated.",
      valueName: "path"))
  var data: [String]

  @Option(
    help: ArgumentHelp(
      "Where the images of an annotation file are, if not beside it. With several --data once for each, in their order; - for beside it.",
      valueName: "directory"))
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "With several --data, once for each, in their order: how often its photos are drawn; 2 is twice as often as 1, and 0 only validates "
        + "(default: 1 for all, which is photo by photo).",
      valueName: "number"))
  var weight: [Double] = []

  @OptionGroup var columns: ColumnOptions
  @OptionGroup var shares: DatasetShares

  func validate() throws { _ = try datasets }

  var datasets: [NamedDataset] {
    get throws { try NamedDataset.list(data, images: images, weights: weight, columns: columns.columns) }
  }
}

/// What is learnt from them, and how.
struct TrainingDataOptions: ParsableArguments {
  @Option(help: "What is done to captions: none, or sentence (a capital letter and one full stop).")
  var clean = CaptionCleaning.sentence

  @Option(
    help: ArgumentHelp(
      "Learn from changed photos, too: flip adds each photo's mirror image; crop takes a random part, and color changes brightness, "
        + "contrast and saturation. Several are separated by commas.",
      valueName: "flip,crop,color"))
  var augment = AugmentationList([])

  @Option(help: "With --augment crop or color: how many variants of each photo are made.")
  var augmentVariants = 2

  @Option(help: "Learn from this many photos of each dataset alone, chosen by hash; 0 takes all.")
  var limit = 0

  @Option(help: "Leave out training captions of more tokens.")
  var maxCaptionTokens = 40

  /// The largest value of `--max-caption-tokens`.
  static let longestCaption = 1000

  /// The variants of each photo beside itself and its mirror image.
  var variants: [ImageAugmentation] {
    augment.kinds.isSubset(of: [.flip])
      ? [] : (1...augmentVariants).map { ImageAugmentation(augment.kinds, variant: $0) }
  }

  func validate() throws {
    if !(1...100).contains(augmentVariants) { throw ValidationError("--augment-variants takes 1 to 100.") }
    if limit < 0 { throw ValidationError("--limit takes 0 or more.") }
    if !(1...Self.longestCaption).contains(maxCaptionTokens) {
      throw ValidationError("--max-caption-tokens takes 1 to \(Self.longestCaption).")
    }
  }
}

/// A list such as `flip,crop`.
struct AugmentationList: ExpressibleByArgument, CustomStringConvertible {
  let kinds: Set<ImageAugmentation.Kind>

  init(_ kinds: Set<ImageAugmentation.Kind>) { self.kinds = kinds }

  init?(argument: String) {
    let kinds = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      ImageAugmentation.Kind(rawValue: String($0))
    }
    guard !kinds.contains(nil) else { return nil }
    self.kinds = Set(kinds.compactMap(\.self))
  }

  var description: String { kinds.sorted().map(\.rawValue).joined(separator: ",") }

  var defaultValueDescription: String { kinds.isEmpty ? "none" : description }
}
