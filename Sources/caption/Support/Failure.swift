import ArgumentParser
import Captioning
import ImageEncoding
import ModelFiles
import TextDecoding

/// An error that ends the program: its message on standard error, its code from sysexits.
enum Failure {
  static let someImagesFailed = ExitCode(1)
  static let tooManyErrors = ExitCode(2)

  /// Runs `body`; what it throws is reported and becomes the exit code.
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
    // These have their own way to the user.
    if error is ExitCode || error is ValidationError || error is CleanExit { return error }
    // How far the work was stays to be seen.
    LiveLine.end()
    writeToStandardError("caption: \(Terminal.red("error: "))\(error)\n")
    return ExitCode(code(of: error))
  }
}
