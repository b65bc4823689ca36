import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Zip archives")
struct ZipArchiveTests {
  private func withArchive(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "archive.zip")
      try Data(bytes).write(to: file)
      try body(file.path(percentEncoded: false))
    }
  }

  private func wheel(_ name: String) throws -> [UInt8] { Array(try Fixture.data("wheels/\(name)")) }

  /// Reads everything; content that differs from what the archive was made of must not come out.
  private func readAll(_ path: String) throws -> [[UInt8]] {
    let archive = try ZipArchive(path: path)
    return try archive.entries.map { try archive.read($0, limit: 1 << 20) }
  }

  @Test(
    "stored and deflated entries come out whole", arguments: [WheelFixtures.encoderWheel, WheelFixtures.decoderWheel])
  func entries(name: String) throws {
    try withArchive(wheel(name)) { path in
      let sizes = try readAll(path).map(\.count)
      #expect(sizes == (name == WheelFixtures.encoderWheel ? [27507, 45] : [6000, 16]))
    }
  }

  @Test(
    "archives of CPython's zipfile come out whole: sizes behind the content, zip64, a comment that looks like an end",
    arguments: ["streamed", "zip64", "comment"])
  func kinds(name: String) throws {
    let content = Array(try Fixture.data("archives/content.txt"))
    let archive = try ZipArchive(path: Fixture.url("archives/\(name).zip").path(percentEncoded: false))
    #expect(archive.entries.map(\.name) == ["stored.txt", "directory/", "directory/déflated.txt", "empty.txt"])
    #expect(archive.entries.map(\.isDirectory) == [false, true, false, false])
    let found = try archive.entries.map { try archive.read($0, limit: content.count) }
    #expect(found == [content, [], content, []])
  }

  @Test("two end records that contradict each other are refused", arguments: [10, 12, 16])
  func contradiction(field: Int) throws {
    var bytes = Array(try Fixture.data("archives/zip64.zip"))
    bytes[bytes.count - 22 + field] ^= 1
    try withArchive(bytes) { path in
      let error = #expect(throws: ZipError.self) { try ZipArchive(path: path) }
      #expect(error?.description.contains("contradict") == true)
    }
  }

  @Test("every truncation is refused", arguments: ["streamed", "zip64", "comment"])
  func truncations(name: String) throws {
    let bytes = Array(try Fixture.data("archives/\(name).zip"))
    for length in bytes.indices {
      try withArchive(Array(bytes[..<length])) { path in
        #expect(throws: (any Error).self) { try readAll(path) }
      }
    }
  }

  @Test("a flipped bit gives an error or the true content, never another")
  func bitFlips() throws {
    let bytes = try wheel(WheelFixtures.encoderWheel)
    let truth = try withTemporaryDirectory { directory in
      let file = directory.appending(path: "whole.zip")
      try Data(bytes).write(to: file)
      return try readAll(file.path(percentEncoded: false))
    }
    var generator = SplitMix(seed: 3)
    for _ in 0..<300 {
      var spoilt = bytes
      spoilt[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      try withArchive(spoilt) { path in
        if let found = try? readAll(path) { #expect(found == truth) }
      }
    }
  }

  @Test("an entry that grows beyond the limit is stopped")
  func limit() throws {
    try withArchive(wheel(WheelFixtures.decoderWheel)) { path in
      let archive = try ZipArchive(path: path)
      let entry = try archive.entry(named: "tiny_decoder/model.gguf")
      #expect(throws: ZipError.self) { try archive.read(entry, limit: 5999) }
    }
  }

  @Test("an entry that is not there is named")
  func missing() throws {
    try withArchive(wheel(WheelFixtures.decoderWheel)) { path in
      let error = #expect(throws: ZipError.self) { try ZipArchive(path: path).entry(named: "other") }
      #expect(error?.description.contains("other") == true)
    }
  }

  @Test("a name that leads out of the directory is refused")
  func escape() throws {
    let name = Array("tiny_decoder/model.gguf".utf8)
    var bytes = try wheel(WheelFixtures.decoderWheel)
    for start in bytes.indices where bytes[start...].starts(with: name) {
      bytes.replaceSubrange(start..<start + 5, with: Array("../..".utf8))
    }
    try withArchive(bytes) { path in #expect(throws: ZipError.self) { try ZipArchive(path: path) } }
  }
}
