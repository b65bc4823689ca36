import Foundation
import TestSupport
import Testing

/// A run of the binary under a limit of the system.
struct LimitedRun {
  let run: CommandRun

  /// - Parameter limits: options of `prlimit`, such as `--as=600000000`.
  init(_ limits: [String], user: Int? = nil, _ arguments: [String], home: URL? = nil) throws {
    let become = user.map { ["setpriv", "--reuid=\($0)", "--regid=\($0)", "--clear-groups"] } ?? []
    let program = CommandRun.binary.path(percentEncoded: false)
    // What hangs is ended, with 124 as its exit code.
    run = try CommandRun(
      ["20"] + become + ["prlimit"] + limits + [program] + arguments, home: home,
      binary: URL(filePath: "/usr/bin/timeout"))
  }

  /// Whether the tools are there.
  static let isPossible = ["/usr/bin/timeout", "/usr/bin/prlimit"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Whether another user's limits can be had, and that user may read the tests' files.
  static let isPossibleForOthers: Bool = {
    guard getuid() == 0, isPossible, FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") else {
      return false
    }
    let run = try? CommandRun(
      ["--reuid=54321", "--regid=54321", "--clear-groups", "test", "-r", TinyCaptioner.path + "/captioner.json"],
      binary: URL(filePath: "/usr/bin/setpriv"))
    return run?.exitCode == 0
  }()

  /// Whether the program could begin: below some limits its libraries cannot be loaded.
  static func begins(_ limits: [String]) throws -> Bool {
    [0, 71].contains(try LimitedRun(limits, ["--version"]).run.exitCode)
  }

  enum Ending {
    case captions, message
  }

  /// How it ended; anything but captions or a message is recorded.
  func ending(_ name: String) -> Ending? {
    if run.exitCode == 0 { return .captions }
    let isMessage = [1, 65, 71].contains(run.exitCode) && run.standardError.contains("error: ")
    #expect(isMessage, "\(name): exit code \(run.exitCode): \(run.standardError)")
    return isMessage ? .message : nil
  }
}
