import ArgumentParser
import Logging

struct BatchRunOptions: ParsableArguments {
  enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Flag(help: "Begin anew: forget what earlier runs did, and replace their outputs.")
  var restart = false

  @Flag(help: "Take outputs that were changed by others as they are, and go on behind what they hold.")
  var adopt = false

  @Flag(help: "Take the images that failed, and no others.")
  var retryErrors = false

  @Option(help: ArgumentHelp("Stop after more failures than this.", valueName: "count"))
  var maxErrors: Int?

  @Flag(name: .customLong("no-dedupe"), help: "Caption every image by itself, also where another has the same bytes.")
  var noDedupe = false

  @Flag(help: "Read and decode all images, and tell what is wrong, without captioning.")
  var dryRun = false

  @Flag(name: .shortAndLong, help: "Only errors on standard error.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Tell more on standard error.")
  var verbose = false

  @Option(help: "How messages on standard error are written: text, or json, an object a line.")
  var logFormat = LogFormat.text

  @Option(help: ArgumentHelp("Images between two commits, at the most.", visibility: .hidden))
  var commitEvery = 1000

  func validate() throws {
    if commitEvery < 1 { throw ValidationError("--commit-every takes 1 or more.") }
    if let maxErrors, maxErrors < 0 { throw ValidationError("--max-errors takes 0 or more.") }
    if quiet && verbose { throw ValidationError("Give --quiet or --verbose, not both.") }
    if restart && adopt { throw ValidationError("Give --restart or --adopt, not both.") }
    if restart && retryErrors { throw ValidationError("Give --restart or --retry-errors, not both.") }
  }

  var logger: Logger {
    let isJSON = logFormat == .json
    var logger = Logger(label: "caption") { _ in isJSON ? StandardErrorJSONLog() : StandardErrorLog() as any LogHandler
    }
    logger.logLevel = verbose ? .debug : quiet ? .error : .info
    return logger
  }
}
