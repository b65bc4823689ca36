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

  @Test(
    "an unknown subcommand is named as such, with what is meant, and ends with 64",
    arguments: [
      (
        ["bacth", "photos", "-o", "captions.jsonl"], "'bacth' is neither a file nor a subcommand; did you mean 'batch'?"
      ),
      (["describe"], "'describe' is neither a file nor a subcommand; there are photo, batch, train"),
      (["models", "lst"], "'lst' is no subcommand of 'caption models'; did you mean 'list'?"),
      (["prefix", "frobnicate"], "'frobnicate' is no subcommand of 'caption prefix'; there are from-image"),
    ])
  func unknownSubcommand(arguments: [String], message: String) throws {
    let run = try CommandRun(arguments)
    #expect(run.standardError.contains(message), "\(run.standardError)")
    #expect(run.exitCode == 64)
  }

  @Test("a word that is no subcommand among files that are there is a file that is not")
  func missingFile() throws {
    let run = try CommandRun(["holiday", TinyCaptioner.expected()[0].path, "--model", TinyCaptioner.path])
    #expect(run.standardError.contains("holiday: no such file"), "\(run.standardError)")
    #expect(run.outputLines.count == 1)
    #expect(run.exitCode == 1)
  }

  @Test("a directory points to caption batch")
  func directory() throws {
    let run = try CommandRun([TinyCaptioner.path, "--model", TinyCaptioner.path])
    #expect(
      run.standardError.contains(
        "is a directory, not an image; caption what is in it with: caption batch \(TinyCaptioner.path)"),
      "\(run.standardError)")
    #expect(run.exitCode == 1)
  }
}
