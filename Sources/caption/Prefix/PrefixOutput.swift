import ArgumentParser
import Captioning
import Logging
import ModelFiles
import TextDecoding

/// Where a command writes the prefix that it makes, and how much it reports.
struct PrefixOutput: ParsableArguments {
  @Option(name: .shortAndLong, help: ArgumentHelp("The prefix file to write.", valueName: "file"))
  var output: String

  @Flag(name: .shortAndLong, help: "Only errors on standard error.")
  var quiet = false

  var logger: Logger {
    var logger = Logger(label: "caption") { _ in StandardErrorLog() }
    logger.logLevel = quiet ? .error : .info
    return logger
  }

  func write(_ prefix: Prefix, of captioner: Captioner, origin: String) throws {
    try PrefixFile(prefix: prefix, base: captioner.prefixBase, origin: origin).write(to: output)
    logger.info("\(output): \(prefix.summary)")
  }
}

extension Prefix {
  /// The prefix's shape, for people.
  var summary: String {
    "\(length) position\(length == 1 ? "" : "s") of \(shape.layers) layers, "
      + "\(shape.keyValueHeads) key/value heads of \(shape.headDimension)"
  }
}
