import Foundation
import Testing

/// A browser without a window, for what only a browser can tell of a page.
struct Chromium {
  /// `nil` where none is installed. One from a snap sees no temporary files.
  static let executable: URL? =
    ["chromium", "chromium-browser", "google-chrome"].flatMap { name in
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    }
    .first { !$0.hasPrefix("/snap/") && FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }

  let page: URL
  /// For what it keeps and gives back.
  let directory: URL

  /// The page's elements after its script has run, as HTML.
  ///
  /// - Parameter view: what stands behind `#`.
  func document(_ view: String = "") throws -> String {
    let output = directory.appending(path: "document-\(UUID().uuidString)")
    try Data().write(to: output)
    let file = try FileHandle(forWritingTo: output)
    try run(["--dump-dom"], view, output: file)
    return try String(contentsOf: output, encoding: .utf8)
  }

  /// What the page looks like, a PNG.
  func screenshot(_ view: String = "", width: Int, height: Int, isDark: Bool = false) throws -> [UInt8] {
    let picture = directory.appending(path: "picture-\(UUID().uuidString).png")
    let colours = isDark ? ["--blink-settings=preferredColorScheme=0"] : []
    try run(
      ["--screenshot=\(picture.path(percentEncoded: false))", "--window-size=\(width),\(height)", "--hide-scrollbars"]
        + colours, view, output: .nullDevice)
    return Array(try Data(contentsOf: picture))
  }

  private func run(_ arguments: [String], _ view: String, output: FileHandle) throws {
    let process = Process()
    process.executableURL = Self.executable
    let profile = directory.appending(path: "profile-\(UUID().uuidString)").path(percentEncoded: false)
    // Without its sandbox, which root does not get, as whom tests in containers run. Its clock stands still while there
    // is something to do, so that no haste changes what is seen.
    let always = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
      "--user-data-dir=\(profile)", "--virtual-time-budget=5000",
    ]
    process.arguments = always + arguments + [page.absoluteString + "#" + view]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let watch = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 120, execute: watch)
    process.waitUntilExit()
    watch.cancel()
    #expect(process.terminationStatus == 0, "\(arguments)")
  }
}
