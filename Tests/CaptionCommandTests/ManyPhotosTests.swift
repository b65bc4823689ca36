import Foundation
import TestSupport
import Testing

@Suite("caption photo, several at once")
struct ManyPhotosTests {
  private let expected: [TinyCaptioner.Expected]
  private let model = ["--model", TinyCaptioner.path, "--precision", "f32"]

  init() throws { expected = try TinyCaptioner.expected() }

  @Test("captions are those of each photo by itself, in the order given", arguments: [2, 5, 12, 50])
  func order(count: Int) throws {
    let photos = (0..<count).map { expected[$0 * 7 % expected.count] }
    let run = try CommandRun(model + photos.map(\.path))
    #expect(run.outputLines == photos.map { "\($0.path)\t\($0.greedy.text)" })
    #expect(run.standardError == "")
    #expect(run.exitCode == 0)
  }

  @Test("beams of many photos are those of each by itself")
  func beams() throws {
    let photos = (0..<20).map { expected[$0 % expected.count] }
    let run = try CommandRun(model + ["--beams", "3"] + photos.map(\.path))
    #expect(run.outputLines == photos.map { "\($0.path)\t\($0.beam3.text)" })
  }

  @Test("bad files and standard input stand in their places, errors in the same order")
  func places() throws {
    var paths: [String] = []
    for index in 0..<30 {
      paths.append(index % 5 == 2 ? "missing-\(index).jpg" : expected[index % expected.count].path)
    }
    paths[13] = "-"
    let input = try Data(contentsOf: URL(filePath: expected[0].path))
    let run = try CommandRun(model + ["--json"] + paths, input: input)
    #expect(run.exitCode == 1)
    let lines = try run.outputLines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    #expect(lines.map { $0?["path"] as? String } == paths)
    #expect(lines[13]?["caption"] as? String == expected[0].greedy.text)
    for (index, line) in lines.enumerated() { #expect((line?["error"] != nil) == (index % 5 == 2), "\(index)") }
    let errors = run.standardError.split(separator: "\n").compactMap { $0.firstMatch(of: /missing-\d+/)?.output }
    #expect(errors == [2, 7, 12, 17, 22, 27].map { "missing-\($0)" })
  }

  @Test("every file bad ends with 1 and no caption")
  func allBad() throws {
    let run = try CommandRun(model + (0..<20).map { "missing-\($0).jpg" })
    #expect(run.outputLines.isEmpty)
    #expect(run.standardError.split(separator: "\n").count == 20)
    #expect(run.exitCode == 1)
  }

  @Test("a reader that goes after the first line is no error")
  func brokenPipe() throws {
    let program = CommandRun.binary.path(percentEncoded: false)
    let photos = (0..<40).map { expected[$0 % expected.count].path }
    let run = try CommandRun(
      ["-c", #""$0" "$@" | head -n 1"#, program] + model + photos, binary: URL(filePath: "/bin/sh"))
    #expect(run.outputLines == ["\(expected[0].path)\t\(expected[0].greedy.text)"])
    #expect(run.standardError == "")
  }
}
