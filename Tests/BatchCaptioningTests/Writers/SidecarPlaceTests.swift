import BatchCaptioning
import Captioning
import SystemPackage
import Testing

@Suite("Places of sidecars")
struct SidecarPlaceTests {
  private func place(
    _ image: ListedImage, out: FilePath? = nil, roots: [FilePath] = [], fileExtension: String = "txt",
    namesakes: Bool = false
  ) throws -> FilePath {
    try SidecarPlace(fileExtension: fileExtension, outputDirectory: out, roots: roots)(image, namesakes: namesakes)
  }

  @Test(
    "A sidecar lies beside its image, and only the last extension is another",
    arguments: [
      ("photos/a.jpg", "photos/a.txt"), ("a.b.jpeg", "a.b.txt"), ("/x/noextension", "/x/noextension.txt"),
      ("x/.jpg", "x/.jpg.txt"), ("two\nlines \"é\".png", "two\nlines \"é\".txt"),
    ])
  func beside(path: String, sidecar: String) throws {
    #expect(try place(WrittenImage.listed(FilePath(path))) == FilePath(sidecar))
  }

  @Test("Bytes of names that are no text stay as they are")
  func latin1() throws {
    let expected = Array("photos/".utf8) + [0xE9] + Array(".txt".utf8)
    #expect(try place(WrittenImage.listed(WrittenImage.latin1)).bytes == expected)
  }

  @Test("An ending is given with its dot or without", arguments: [".caption", "caption"])
  func dot(fileExtension: String) throws {
    #expect(try place(WrittenImage.listed("a.jpg"), fileExtension: fileExtension) == "a.caption")
  }

  @Test("Beside an image of the same stem the whole name stays")
  func namesakes() throws {
    #expect(try place(WrittenImage.listed("x/a.jpg"), namesakes: true) == "x/a.jpg.txt")
  }

  @Test(
    "Below an output directory lies what lay below the nearest root",
    arguments: [
      ("in/sub/a.jpg", ["in"], "out/sub/a.txt"), ("in/sub/a.jpg", ["in", "in/sub"], "out/a.txt"),
      ("./in//sub/a.jpg", ["in/"], "out/sub/a.txt"), ("sub/a.jpg", ["."], "out/sub/a.txt"),
      ("/p/in/a.jpg", ["/p/in"], "out/a.txt"), ("in/a.jpg", ["in/a.jpg"], "out/a.txt"),
      ("other/deep/a.jpg", ["in"], "out/a.txt"), ("/p/a.jpg", ["."], "out/a.txt"), ("inner/a.jpg", ["in"], "out/a.txt"),
    ])
  func mirrored(path: String, roots: [String], sidecar: String) throws {
    let found = try place(WrittenImage.listed(FilePath(path)), out: "out", roots: roots.map { FilePath($0) })
    #expect(found == FilePath(sidecar))
  }

  @Test(
    "Nothing leaves the output directory",
    arguments: [("../a.jpg", ["."]), ("../../a.jpg", [".."]), ("in/../../a.jpg", ["in"]), ("../b/a.jpg", [".."])])
  func noEscape(path: String, roots: [String]) throws {
    let found = try place(WrittenImage.listed(FilePath(path)), out: "out", roots: roots.map { FilePath($0) })
    #expect(["out/a.txt", "out/b/a.txt"].contains(found.string))
  }

  @Test(
    "A shard stands for a directory of its name",
    arguments: [
      ("a/key.jpg", "out/00/a/key.txt"), ("/etc/key.jpg", "out/00/etc/key.txt"), ("../../key.jpg", "out/00/key.txt"),
    ])
  func shard(member: String, sidecar: String) throws {
    let image = WrittenImage.sample("shards/00.tar", member: member)
    #expect(try place(image, out: "out", roots: ["shards"]) == FilePath(sidecar))
  }

  @Test("A member that has no name has no sidecar", arguments: ["..", "/", "../.."])
  func namelessMember(member: String) {
    let image = WrittenImage.sample("shards/00.tar", member: member)
    #expect(throws: ImageFailure.self) { try place(image, out: "out", roots: ["shards"]) }
  }

  @Test("Without an output directory an image in a shard has no place, and is told where it could have one")
  func shardWithoutDirectory() {
    let failure = #expect(throws: ImageFailure.self) { try place(WrittenImage.sample("a.tar", member: "b.jpg")) }
    #expect(failure?.code == .sidecar && failure?.stage == .write)
    #expect(failure?.message.contains("--output-dir") == true)
  }

  @Test("No sidecar is called like an image", arguments: ["jpg", ".PNG", "x.webp"])
  func imageExtension(fileExtension: String) {
    #expect(throws: ImageFailure.self) { try place(WrittenImage.listed("a.jpg"), fileExtension: fileExtension) }
  }
}
