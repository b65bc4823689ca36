import ArgumentParser
import BatchCaptioning
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

  func validate() throws {
    do {
      _ = try listing(excluding: [])
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// - Parameter own: the paths that the run writes, which are no input.
  /// - Throws: `ImageListingError` where a pattern or a shard is invalid.
  func listing(excluding own: [String]) throws -> ImageListing {
    var listing = ImageListing(
      paths: paths.map(RawArguments.path), lists: fromFile.map { ImageListing.ListFile(RawArguments.path($0)) })
    listing.includesHidden = hidden
    listing.filter = try PathFilter(includes: include.map { try Glob($0) }, excludes: exclude.map { try Glob($0) })
    listing.shard = try shard.map { try ImageListing.Shard($0) }
    listing.ownPaths = own.map { FilePath($0) }
    return listing
  }
}
