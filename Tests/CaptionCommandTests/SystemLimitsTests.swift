import Foundation
import ModelFiles
import TestSupport
import Testing

/// Whatever the system refuses, a run ends with captions or with a message, and soon.
@Suite("Limits of the system", .enabled(if: LimitedRun.isPossible))
struct SystemLimitsTests {
  private let photos: [String]
  private let model = ["--model", TinyCaptioner.path]

  init() throws { photos = try TinyCaptioner.expected().map(\.path) }

  /// The commands, each with a place of its own for what it writes.
  private func commands(_ directory: URL, _ name: String) -> [[String]] {
    let output = directory.appending(path: "\(name).jsonl").path(percentEncoded: false)
    return [
      ["photo"] + model + [photos[0]], ["photo"] + model + photos,
      ["batch"] + model + [TinyCaptioner.path + "/photos", "-o", output],
    ]
  }

  /// Runs every command under each limit and tells how they ended, command by command.
  private func endings(_ limits: [[String]], user: Int? = nil) throws -> [[LimitedRun.Ending]] {
    try withTemporaryDirectory { directory in
      // Another user writes there, too.
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o777], ofItemAtPath: directory.path(percentEncoded: false))
      var endings: [[LimitedRun.Ending]] = [[], [], []]
      for limit in limits where try LimitedRun.begins(limit) {
        for (index, command) in commands(directory, "\(limit.joined())").enumerated() {
          let run = try LimitedRun(limit, user: user, command, home: directory.appending(path: "home"))
          run.ending("\(limit) \(command[0])").map { endings[index].append($0) }
        }
      }
      return endings
    }
  }

  /// Stands for a container's limit of half a processor.
  @Test("a control group's limit of processor time bounds the threads", .enabled(if: CommandRun.canMount))
  func processorTime() throws {
    let script = """
      mount -t tmpfs none /sys/fs/cgroup && touch /sys/fs/cgroup/cgroup.controllers \
        && echo '50000 100000' >/sys/fs/cgroup/cpu.max && exec "$@"
      """
    let command = ["-rm", "sh", "-c", script, "sh", CommandRun.binary.path(percentEncoded: false), "photo", "-v"]
    func run(_ arguments: [String]) throws -> String {
      try CommandRun(command + model + arguments + [photos[0]], binary: URL(filePath: "/usr/bin/unshare")).standardError
    }
    #expect(try run([]).contains(", 1 threads"))
    #expect(try run(["--threads", "2"]).contains(", 2 threads"))
  }

  @Test("address space, from too little to enough")
  func addressSpace() throws {
    let limits = stride(from: 75, through: 500, by: 25).map { ["--as=\($0 << 20)"] }
    for endings in try endings(limits) {
      #expect(endings.first == .message)
      #expect(endings.last == .captions)
    }
  }

  @Test("data, from too little to enough")
  func data() throws {
    for endings in try endings([4, 16, 32, 64, 128, 512].map { ["--data=\($0 << 20)"] }) {
      #expect(endings.first == .message)
      #expect(endings.last == .captions)
    }
  }

  @Test("stacks, from tiny to larger than the address space")
  func stack() throws {
    let limits = [64, 256, 1024, 8192, 1 << 20].map { ["--stack=\($0 << 10)"] }
    for endings in try endings(limits + [["--stack=\(1 << 30)", "--as=\(500 << 20)"]]) {
      #expect(endings.allSatisfy { $0 == .captions })
    }
  }

  @Test("open files: a photo needs few, and a batch says where it needs more")
  func openFiles() throws {
    let endings = try endings([8, 12, 16, 24, 32, 64].map { ["--nofile=\($0)"] })
    #expect(endings[0].allSatisfy { $0 == .captions })
    #expect(endings[1].allSatisfy { $0 == .captions })
    #expect(endings[2].first == .message && endings[2].last == .captions)
  }

  @Test(
    "processes: a photo needs none, and a batch says where it needs more", .enabled(if: LimitedRun.isPossibleForOthers))
  func processes() throws {
    let endings = try endings([1, 4, 16, 200].map { ["--nproc=\($0)"] }, user: 54321)
    #expect(endings[0].allSatisfy { $0 == .captions })
    #expect(endings[1].allSatisfy { $0 == .captions })
    #expect(endings[2].first == .message && endings[2].last == .captions)
  }

  @Test(
    "the default captioner captions within 600 MB of address space",
    .enabled(if: Self.store != nil, "run `caption models pull` first"))
  func defaultCaptioner() throws {
    let photo = Fixture.url("images/astronaut.jpg").path(percentEncoded: false)
    let run = try LimitedRun(["--as=614400000"], [photo], home: Self.store)
    #expect(run.ending("600 MB") == .captions)
  }

  /// Where the base models are.
  private static let store: URL? = {
    guard let store = try? ModelStore(), let installed = try? store.installed(), installed.count > 1 else { return nil }
    return URL(filePath: store.modelsDirectory).deletingLastPathComponent()
  }()
}
