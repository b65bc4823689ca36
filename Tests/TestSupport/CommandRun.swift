package import Foundation

/// One run of the built `caption` binary.
package struct CommandRun: Sendable {
  package let exitCode: Int32
  package let standardOutput: String
  package let standardError: String

  package var outputLines: [String] {
    standardOutput.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
  }

  /// The binary that the test run was built with: it lies beside the tests' own.
  package static let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "caption")

  /// Whether a command may be run with file systems of its own: by `unshare -rm`.
  package static let canMount =
    (try? CommandRun(
      ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"], binary: URL(filePath: "/usr/bin/unshare")
    ).exitCode) == 0

  /// Whether `ulimit -v` means anything here.
  package static var limitsAddressSpace: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }

  /// Runs `caption` with a home of its own, so that neither the user's models nor captioners play a part.
  ///
  /// - Parameters:
  ///   - home: `CAPTION_HOME`; an empty place by default.
  ///   - input: what standard input gives.
  ///   - output: where standard output leads, to be captured by default.
  ///   - meanwhile: is called when the process has begun, and may send it signals; if one ends it, that is its exit code.
  package init(
    _ arguments: [String], home: URL? = nil, input: Data = Data(), environment: [String: String] = [:],
    output: FileHandle? = nil, binary: URL = Self.binary, currentDirectory: URL? = nil,
    meanwhile: (Process) throws -> Void = { _ in }
  ) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "caption-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    // Files, not pipes: a process that writes more than a pipe holds would wait for a reader.
    let (inputFile, outputFile, errorFile) = ("in", "out", "err")
    for (name, data) in [(inputFile, input), (outputFile, Data()), (errorFile, Data())] {
      try data.write(to: directory.appending(path: name))
    }
    let process = Process()
    process.executableURL = binary
    process.arguments = arguments
    if let currentDirectory { process.currentDirectoryURL = currentDirectory }
    process.environment = ProcessInfo.processInfo.environment
      .merging(["CAPTION_HOME": (home ?? directory.appending(path: "home")).path(percentEncoded: false)]) { $1 }
      .merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: directory.appending(path: inputFile))
    process.standardOutput = try output ?? FileHandle(forWritingTo: directory.appending(path: outputFile))
    process.standardError = try FileHandle(forWritingTo: directory.appending(path: errorFile))
    try process.run()
    do {
      try meanwhile(process)
    } catch {
      process.terminate()
      process.waitUntilExit()
      throw error
    }
    process.waitUntilExit()
    exitCode = process.terminationStatus
    standardOutput = String(decoding: try Data(contentsOf: directory.appending(path: outputFile)), as: UTF8.self)
    standardError = String(decoding: try Data(contentsOf: directory.appending(path: errorFile)), as: UTF8.self)
  }
}
