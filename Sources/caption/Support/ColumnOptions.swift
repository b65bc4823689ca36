import ArgumentParser
import Datasets

/// The columns of images' names and captions in tables and JSON, where these are unusual.
struct ColumnOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the images are called by, in tables and JSON (default: file_name, image, path or another usual name).",
      valueName: "column or key"))
  var imageColumn: String?

  @Option(
    help: ArgumentHelp(
      "What holds the captions (default: captions, caption, text or another usual name).", valueName: "column or key"))
  var captionColumn: String?

  var columns: CaptionColumns { CaptionColumns(image: imageColumn, caption: captionColumn) }
}
