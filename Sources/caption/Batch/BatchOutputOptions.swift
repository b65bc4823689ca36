import ArgumentParser

struct BatchOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A file for all captions; its name tells the format. - is standard output. May be given several times.",
      valueName: "file"), completion: .file())
  var output: [String] = []

  @Flag(help: "A text file for each image, beside it or below --output-dir.")
  var txt = false

  @Option(help: ArgumentHelp("With --txt: what the text files end in.", valueName: "ending"))
  var `extension` = "txt"

  @Flag(help: "An XMP sidecar for each image, with the caption as dc:description; what one holds already is kept.")
  var xmp = false

  @Option(
    help: ArgumentHelp("Put sidecars here, in directories as the images have.", valueName: "directory"),
    completion: .directory)
  var outputDir: String?

  @Option(
    help: ArgumentHelp("Write samples of image, .txt and .json to tar shards here.", valueName: "directory"),
    completion: .directory)
  var webdataset: String?

  @Option(help: ArgumentHelp("A web page with all captions and small images.", valueName: "file"), completion: .file())
  var gallery: String?

  @Flag(
    help: "Name sidecars after the image's whole name, as photo.jpg.txt, and not only where two have the same stem.")
  var fullNames = false

  @Option(help: ArgumentHelp("Put this before every caption.", valueName: "text"))
  var prefixText = ""

  @Option(help: ArgumentHelp("Put this behind every caption.", valueName: "text"))
  var suffixText = ""

  @Flag(help: "Replace sidecars that exist.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "Where failed images are listed (default: beside the output, as captions.jsonl.errors.jsonl).", valueName: "file"),
    completion: .file())
  var errors: String?

  @Option(
    help: ArgumentHelp("Where the journal is (default: beside the output).", valueName: "directory"),
    completion: .directory)
  var journal: String?

  var isEmpty: Bool { output.isEmpty && !txt && !xmp && webdataset == nil && gallery == nil }

  func validate() throws {
    if outputDir != nil && !txt && !xmp { throw ValidationError("--output-dir is for sidecars: give --txt or --xmp.") }
    if overwrite && !txt && !xmp { throw ValidationError("--overwrite is for sidecars: give --txt or --xmp.") }
    if fullNames && !txt && !xmp { throw ValidationError("--full-names is for sidecars: give --txt or --xmp.") }
    let name = self.extension.drop { $0 == "." }
    if name.isEmpty || name.contains("/") {
      throw ValidationError("--extension takes an ending such as txt or .caption.")
    }
  }
}
