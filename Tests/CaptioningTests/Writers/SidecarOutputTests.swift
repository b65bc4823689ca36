import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Sidecar output")
struct SidecarOutputTests {
  private func output(
    _ fileExtension: String = "txt", to directory: URL? = nil, roots: [FilePath] = [], overwrites: Bool = false
  ) -> SidecarOutput {
    SidecarOutput(
      format: TextSidecar(),
      place: SidecarPlace(
        fileExtension: fileExtension, outputDirectory: directory.map { FilePath($0) }, roots: roots),
      overwrites: overwrites)
  }

  private func names(_ directory: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: directory.path(percentEncoded: false)).sorted()
  }

  private func content(_ path: FilePath) throws -> String {
    try String(contentsOf: URL(filePath: path.string), encoding: .utf8)
  }

  @Test("A sidecar lies beside its image, with any ending and any name")
  func beside() throws {
    try withTemporaryDirectory { directory in
      for name in Finished.oddNames {
        try output(".caption").write(
          Finished.captioned(FilePath(directory).appending(FilePath(bytes: name).components), "x"))
      }
      let expected = Finished.oddNames.map { $0.dropLast(4) + Array(".caption".utf8) }
      for bytes in expected {
        let path = FilePath(directory).appending(FilePath(bytes: bytes).components)
        let file = try FileDescriptor.open(path, .readOnly)
        try file.close()
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == expected.count)
    }
  }

  @Test("One that exists is left alone and counts as present, unless it is to be overwritten")
  func existing() throws {
    try withTemporaryDirectory { directory in
      let image = Finished.captioned(FilePath(directory.appending(path: "a.jpg")), "new")
      #expect(!output().isPresent(image.image))
      let sidecar = directory.appending(path: "a.txt")
      try Data("mine".utf8).write(to: sidecar)
      #expect(output().isPresent(image.image))
      try output().write(image)
      #expect(try String(contentsOf: sidecar, encoding: .utf8) == "mine")
      #expect(!output(overwrites: true).isPresent(image.image))
      try output(overwrites: true).write(image)
      #expect(try String(contentsOf: sidecar, encoding: .utf8) == "new\n")
      #expect(try names(directory) == ["a.txt"])
    }
  }

  @Test("Images of one stem have sidecars of their whole names")
  func namesakes() throws {
    try withTemporaryDirectory { directory in
      for name in ["a.jpg", "a.png", "b.jpg", "b.txt.bak"] { try Data().write(to: directory.appending(path: name)) }
      let output = output()
      for name in ["a.jpg", "a.png", "b.jpg"] {
        try output.write(Finished.captioned(FilePath(directory.appending(path: name)), name))
      }
      #expect(try names(directory).filter { $0.hasSuffix(".txt") } == ["a.jpg.txt", "a.png.txt", "b.txt"])
    }
  }

  @Test("Below another directory, sidecars have the places of their images, and none leaves it")
  func mirrored() throws {
    try withTemporaryDirectory { directory in
      let out = directory.appending(path: "out")
      let output = output(to: out, roots: ["/photos", "photos/inner", "photos"])
      for path in ["/photos/x/a.jpg", "photos/b.jpg", "photos/inner/y/c.jpg", "elsewhere/d.jpg", "../../e.jpg"] {
        try output.write(Finished.captioned(FilePath(path), path))
      }
      let sample = ShardSample(
        shard: "photos/s/000.tar", key: Array("k".utf8),
        image: ShardMember(name: Array("../k/f.jpg".utf8), headerOffset: 0, offset: 512, count: 1), members: [])
      try output.write(Finished.captioned("photos/s/000.tar/k/f.jpg", "s", content: .shardSample(sample)))
      let files = try names(out).filter { $0.hasSuffix(".txt") }
      #expect(files == ["b.txt", "d.txt", "e.txt", "s/000/k/f.txt", "x/a.txt", "y/c.txt"])
    }
  }

  @Test("A directory that cannot be written costs the image, with the sidecar's name")
  func unwritable() throws {
    try withTemporaryDirectory { directory in
      // A file where the directory should be: that stops root, too.
      try Data().write(to: directory.appending(path: "out"))
      let output = output(to: directory.appending(path: "out"), roots: [])
      let failure = #expect(throws: ImageFailure.self) { try output.write(Finished.captioned("a.jpg", "x")) }
      #expect(failure?.code == .sidecar && failure?.stage == .write)
      #expect(failure?.message.contains("out/a.txt") == true)
    }
  }
}
