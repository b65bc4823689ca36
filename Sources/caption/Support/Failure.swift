import ArgumentParser
import Captioning
import ImageEncoding
import ModelFiles
import TextDecoding

/// An error that ends the program: a message on standard error, and an exit code from sysexits.
enum Failure {
  static let someImagesFailed = ExitCode(1)
  static let tooManyErrors = ExitCode(2)

  /// Runs `body`; an error is reported and becomes the exit code.
  static func exiting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw report(error)
    }
  }

  /// The same for a body that suspends.
  static func exiting<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch {
      throw report(error)
    }
  }

  private static func report(_ error: any Error) -> any Error {
    // The argument parser's own errors are reported elsewhere.
    if error is ExitCode || error is ValidationError || error is CleanExit { return error }
    // The progress so far remains visible.
    LiveLine.end()
    writeToStandardError("caption: \(Terminal.red("error: "))\(error)\n")
    return ExitCode(code(of: error))
  }
}
