import ArgumentParser
import Datasets

/// How datasets are split, and how much of them may be damaged.
struct DatasetShares: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Share of photos (or pairs of text) to validate with where the data have no such split; 0% does without.",
      valueName: "share"))
  var validation = Percentage(percent: 5)

  @Option(help: ArgumentHelp("Stop where more than this share of samples is damaged.", valueName: "share"))
  var maxBad = Percentage(percent: 1)
}
