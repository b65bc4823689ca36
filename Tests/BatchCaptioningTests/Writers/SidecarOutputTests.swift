import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

@Suite("Sidecars")
struct SidecarOutputTests {
  private func output(
    _ files: WrittenFiles, out: String? = nil, roots: [String] = ["in"], overwrites: Bool = false,
    format: any SidecarFormat = TextSidecar(), fileExtension: String = "txt", adoptsFullNames: Bool = false
  ) throws -> SidecarOutput {
    try SidecarOutput(
      format: format,
      place: SidecarPlace(
        fileExtension: fileExtension, outputDirectory: out.map(files.path), roots: roots.map(files.path)),
      overwrites: overwrites, adoptsFullNames: adoptsFullNames, ownersPath: files.text("owners.index"))
  }

  private func image(_ files: WrittenFiles, _ name: String, _ text: String = "a cat") -> FinishedImage {
    WrittenImage.captioned(files.path(name), text)
  }

  private func with(_ names: String..., body: (WrittenFiles) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      let files = WrittenFiles(url: directory)
      for name in names { try files.write("", as: name) }
      try body(files)
    }
  }

  @Test("The caption is a line in a file beside the image")
  func beside() throws {
    try with("in/a.jpg") { files in
      let output = try output(files)
      try output.write(image(files, "in/a.jpg", "a cat"))
      #expect(try files.read("in/a.txt") == "a cat\n")
      #expect(output.flush().rows == 1)
    }
  }

  @Test("Images without a caption have no sidecar")
  func withoutCaption() throws {
    try with("in/a.jpg") { files in
      let output = try output(files)
      for other in WrittenImage.withoutCaption {
        try output.write(FinishedImage(WrittenImage.listed(files.path("in/a.jpg")), outcome: other.outcome))
      }
      #expect(try files.names("in") == ["a.jpg"])
    }
  }

  @Test("An image that the captioner was not sure of has no sidecar")
  func unsure() throws {
    try with("in/a.jpg") { files in
      let output = try output(files)
      try output.write(FinishedImage(WrittenImage.listed(files.path("in/a.jpg")), outcome: WrittenImage.unsure.outcome))
      #expect(try files.names("in") == ["a.jpg"])
    }
  }

  @Test("What is there stays, unless it is to be overwritten", arguments: [false, true])
  func existing(overwrites: Bool) throws {
    try with("in/a.jpg") { files in
      try files.write("mine", as: "in/a.txt")
      let output = try output(files, overwrites: overwrites)
      #expect(output.isPresent(WrittenImage.listed(files.path("in/a.jpg"))) == !overwrites)
      try output.write(image(files, "in/a.jpg"))
      #expect(try files.read("in/a.txt") == (overwrites ? "a cat\n" : "mine"))
    }
  }

  @Test("An image without its sidecar is not present")
  func absent() throws {
    try with("in/a.jpg", "in/b.txt") { files in
      let output = try output(files)
      #expect(!output.isPresent(WrittenImage.listed(files.path("in/a.jpg"))))
    }
  }

  @Test("Directories below the output directory come as they are needed")
  func mirrored() throws {
    try with("in/x/y/a.jpg") { files in
      let output = try output(files, out: "made/out")
      try output.write(image(files, "in/x/y/a.jpg"))
      output.finish()
      #expect(try files.read("made/out/x/y/a.txt") == "a cat\n")
      #expect(try files.names("in/x/y") == ["a.jpg"])
    }
  }

  @Test("Images of one stem have sidecars of their whole names, whichever is written first")
  func namesakes() throws {
    for order in [["in/a.jpg", "in/a.PNG"], ["in/a.PNG", "in/a.jpg"]] {
      try with("in/a.jpg", "in/a.PNG", "in/b.jpg", "in/b.txt.bak") { files in
        let output = try output(files)
        for name in order + ["in/b.jpg"] { try output.write(image(files, name, name)) }
        #expect(try files.read("in/a.jpg.txt") == "in/a.jpg\n")
        #expect(try files.read("in/a.PNG.txt") == "in/a.PNG\n")
        #expect(try files.read("in/b.txt") == "in/b.jpg\n")
        #expect(!files.exists("in/a.txt"))
      }
    }
  }

  @Test("An existing sidecar of the whole name is used where the format allows it", arguments: [false, true])
  func fullName(adopts: Bool) throws {
    try with("in/a.jpg", "in/a.jpg.txt", "in/b.jpg") { files in
      let output = try output(files, overwrites: true, adoptsFullNames: adopts)
      for name in ["in/a.jpg", "in/b.jpg"] { try output.write(image(files, name)) }
      #expect(try files.read("in/a.jpg.txt") == (adopts ? "a cat\n" : ""))
      #expect(files.exists("in/a.txt") == !adopts)
      #expect(files.exists("in/b.txt"))
    }
  }

  @Test("Odd names have sidecars")
  func oddNames() throws {
    try with { files in
      let latin1 = files.path.appending(FilePath(bytes: [0xE9] + Array(".jpg".utf8)).components)
      let output = try output(files)
      try output.write(WrittenImage.captioned(latin1))
      for name in ["a b.jpg", "two\nlines.jpg", "\"quotes\".jpg", "👩‍👩‍👧.jpg"] { try output.write(image(files, name)) }
      let long = String(repeating: "n", count: 251)
      try output.write(image(files, long + ".jpg"))
      #expect(
        Set(try files.names()).isSuperset(of: ["a b.txt", "two\nlines.txt", "\"quotes\".txt", "👩‍👩‍👧.txt", long + ".txt"]))
      let sidecar = files.path.appending(FilePath(bytes: [0xE9] + Array(".txt".utf8)).components)
      #expect(sidecar.withPlatformString { access($0, F_OK) } == 0)
      #expect(try files.names().count == 6)
    }
  }

  @Test("What a killed run left is replaced, and no link in its place is followed")
  func temporary() throws {
    try with("in/a.jpg", "in/b.jpg", "other") { files in
      try files.write("half", as: "in/.a.txt.caption-new")
      try FileManager.default.createSymbolicLink(
        atPath: files.text("in/.b.txt.caption-new"), withDestinationPath: files.text("other"))
      let output = try output(files)
      for name in ["in/a.jpg", "in/b.jpg"] { try output.write(image(files, name)) }
      #expect(try files.names("in") == ["a.jpg", "a.txt", "b.jpg", "b.txt"])
      #expect(try files.read("in/a.txt") == "a cat\n")
      #expect(try files.read("other") == "")
    }
  }

  @Test("Who may read a sidecar stays as it was")
  func mode() throws {
    try with("in/a.jpg", "in/a.txt") { files in
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: files.text("in/a.txt"))
      try output(files, overwrites: true).write(image(files, "in/a.jpg"))
      let attributes = try FileManager.default.attributesOfItem(atPath: files.text("in/a.txt"))
      #expect(attributes[.posixPermissions] as? Int == 0o640)
    }
  }

  @Test("A sidecar that cannot be written is a failure of its image alone, and names the file")
  func unwritable() throws {
    try with("in/a.jpg", "in/b.jpg", "out/a.txt/directory", "out/x") { files in
      let output = try output(files, out: "out")
      let failure = #expect(throws: ImageFailure.self) { try output.write(image(files, "in/a.jpg")) }
      #expect(failure?.code == .sidecar && failure?.stage == .write)
      #expect(failure?.message.contains(files.text("out/a.txt")) == true)
      // A file where a directory is needed.
      #expect(throws: ImageFailure.self) { try output.write(image(files, "in/x/c.jpg")) }
      try output.write(image(files, "in/b.jpg"))
      #expect(try files.read("out/b.txt") == "a cat\n")
    }
  }

  @Test("Of images that come to one name the first has the sidecar, and the others fail")
  func collision() throws {
    try with("in/a.jpg", "in2/a.jpg") { files in
      let output = try output(files, out: "out", roots: ["in", "in2"], overwrites: true)
      try output.write(image(files, "in/a.jpg", "first"))
      for _ in 0..<2 {
        let failure = #expect(throws: ImageFailure.self) { try output.write(image(files, "in2/a.jpg", "second")) }
        #expect(failure?.message.contains("--output-dir") == true)
      }
      #expect(try files.read("out/a.txt") == "first\n")
      // The list may name an image twice.
      try output.write(image(files, "in/a.jpg", "again"))
      #expect(try files.read("out/a.txt") == "again\n")
    }
  }

  @Test("A sidecar that says nothing is none yet", arguments: ["", "\n", " \r\n"])
  func empty(text: String) throws {
    try with("in/a.jpg") { files in
      try files.write(text, as: "in/a.txt")
      let output = try output(files)
      #expect(!output.isPresent(WrittenImage.listed(files.path("in/a.jpg"))))
      try output.write(image(files, "in/a.jpg"))
      #expect(try files.read("in/a.txt") == "a cat\n")
    }
  }

  @Test("The sidecar of a replaced image is written anew, unless a person changed it", arguments: ["old\n", "mine\n"])
  func replaced(text: String) throws {
    try with("in/a.jpg") { files in
      try files.write(text, as: "in/a.txt")
      let output = try output(files)
      var image = image(files, "in/a.jpg", "new")
      image.replaced = (JournalledCaption(WrittenImage.caption("old")), image.path)
      try output.write(image)
      #expect(try files.read("in/a.txt") == (text == "old\n" ? "new\n" : text))
    }
  }

  @Test("An XMP sidecar says what was written into it, and nothing else")
  func xmpSays() throws {
    let format = XMPSidecar()
    let sidecar = try #require(
      try format.content(WrittenImage.caption("a <cat> & é"), existing: nil, overwrites: false))
    #expect(format.says("a <cat> & é", sidecar))
    #expect(!format.says("a cat", sidecar))
  }

  @Test("With full names every sidecar has its image's whole name")
  func fullNames() throws {
    try with("in/a.jpg") { files in
      let output = try SidecarOutput(
        format: TextSidecar(), place: SidecarPlace(fileExtension: "txt", outputDirectory: nil, roots: []),
        overwrites: false, fullNames: true, ownersPath: files.text("owners.index"))
      try output.write(image(files, "in/a.jpg"))
      #expect(try files.names("in") == ["a.jpg", "a.jpg.txt"])
    }
  }
}
