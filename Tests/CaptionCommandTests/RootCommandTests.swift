import TestSupport
import Testing

@Suite("caption")
struct RootCommandTests {
  @Test("--version prints a version alone")
  func version() throws {
    let run = try CommandRun(["--version"])
    #expect(run.standardOutput.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    #expect(run.exitCode == 0)
  }

  @Test("--help shows examples and exit codes")
  func help() throws {
    let run = try CommandRun(["--help"])
    #expect(run.standardOutput.contains("caption photo.jpg"))
    #expect(run.standardOutput.contains("EXIT CODES"))
    #expect(run.exitCode == 0)
  }

  @Test("completion scripts are made for the common shells", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let run = try CommandRun(["--generate-completion-script", shell])
    #expect(run.standardOutput.contains("beams"))
    #expect(run.exitCode == 0)
  }
}
