import ArgumentParser
import Captioning
import SystemPackage

struct BatchInputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Directories, image files, and tar shards, also as 'shards/{000000..000123}.tar'.", valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Option(
    help: ArgumentHelp(
      "Images named in a file, one a line or separated by NUL; - is standard input. May be given several times.",
      valueName: "file"), completion: .file())
  var fromFile: [String] = []

  @Option(
    help: ArgumentHelp(
      "Of directories and shards, only what matches: '*.jpg', 'holidays/**'. May be given several times.",
      valueName: "pattern"))
  var include: [String] = []

  @Option(help: ArgumentHelp("Leave out what matches, whole directories too.", valueName: "pattern"))
  var exclude: [String] = []

  @Flag(help: "Take hidden files and directories, too.")
  var hidden = false

  @Option(
    help: ArgumentHelp(
      "Only a part of all images, such as 3/16: the same ones in every run, whatever else is in the list.",
      valueName: "number/count"))
  var shard: String?

  /// - Parameter own: outputs, which are not input.
  func listing(excluding own: [String]) throws -> ImageListing {
    ImageListing(paths: paths.map(RawArguments.path))
  }
}
