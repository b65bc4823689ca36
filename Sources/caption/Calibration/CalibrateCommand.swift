import ArgumentParser
import Datasets

/// `caption calibrate`: fits the model of how far a captioner's captions can be trusted.
struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit how far a captioner's captions can be trusted, and when it says \"not sure\".",
    discussion: """
      caption calibrate --model my-captioner --data photos --nonphotos others

      Learns from the training photos of --data how photos look to the encoder, and from half of the validation photos, \
      captioned and compared with what people wrote, when a caption is right: CIDEr of --right-cider or more. The other half, \
      and the test photos, tell how well that works. --nonphotos holds images that are no photos, one directory a kind: \
      screenshots, charts, noise; Tools/make_nonphotos draws some. Half of each kind is learnt from, half tells how well.

      Writes confidence.safetensors beside the captioner's captioner.json and names it there. From then on 'confidence' is the \
      probability that the caption is right, and what does not look like a photo is answered with "not sure".
      """)

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Images with captions, as 'caption train' reads them; may be given several times.", valueName: "path"))
  var data: [String] = []

  @Option(
    help: ArgumentHelp(
      "Where the images of each dataset are, if not beside it; - stands for beside it.", valueName: "directory"))
  var images: [String] = []

  @OptionGroup var columns: ColumnOptions

  @Option(
    help: ArgumentHelp("Images that are no photos, in one directory a kind.", valueName: "directory"),
    completion: .directory)
  var nonphotos: String?

  @Option(help: ArgumentHelp("At least this share of photos is to count as photos.", valueName: "share"))
  var keep = Percentage(percent: 95)

  @Option(help: "Captions of this CIDEr count as right.")
  var rightCider = 0.4

  @Option(help: ArgumentHelp("Learn from this many training photos of each dataset at the most.", valueName: "count"))
  var trainingPhotos = 20_000

  @Flag(help: "One JSON object instead of tables.")
  var json = false

  @Flag(help: "Report how well it works, and write nothing.")
  var dryRun = false

  @OptionGroup(title: "The captioner") var model: ModelOptions

  func validate() throws {
    if data.isEmpty { throw ValidationError("Name at least one dataset with --data.") }
    if !(rightCider > 0 && rightCider <= 10) {
      throw ValidationError("--right-cider takes a number above 0, up to 10.")
    }
    if trainingPhotos < 3 { throw ValidationError("--training-photos takes 3 or more.") }
    if !(keep.share > 0.5 && keep.share < 1) { throw ValidationError("--keep takes a share between 50% and 100%.") }
  }

  func run() async throws {
    try await Failure.exiting {
      try await CalibrationRun(command: self).run()
    }
  }
}

/// Data with which nothing can be calibrated.
enum CalibrationError: Error, CustomStringConvertible {
  case tooFewPhotos(split: String, found: Int, needed: Int)
  /// All captions of validation photos are right, or all are wrong.
  case oneOutcome(isRight: Bool, threshold: Double)
  case tooFewNonPhotos(directory: String, found: Int)

  var description: String {
    switch self {
    case .tooFewPhotos(let split, let found, let needed):
      "the data have \(found) photos for \(split), at least \(needed) are needed: name more with --data"
    case .oneOutcome(let isRight, let threshold):
      "\(isRight ? "all" : "none") of the validation captions have a CIDEr of \(threshold) or more: choose another "
        + "--right-cider"
    case .tooFewNonPhotos(let directory, let found):
      "\(directory): has \(found) images below it, at least 4 are needed: put each kind into a directory of its own"
    }
  }
}
