import Foundation
import ImageEncoding
import TestSupport
import Testing

@Suite("Image files")
struct ImageFileTests {
  private func cause(of path: String, _ decoder: ImageDecoder = ImageDecoder()) throws -> ImageDecodingError.Cause {
    try #require(throws: ImageDecodingError.self) { try decoder.decode(path: path) }.cause
  }

  @Test("a file is decoded by its content, whatever its name says")
  func misnamed() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "photo.png")
      try Fixture.data("images-decoding/sampling-420.jpg").write(to: file)
      let decoded = try ImageDecoder().decode(path: file.path)
      #expect(decoded.format == .jpeg)
      #expect(try ImageDecoder().header(path: file.path).size == decoded.originalSize)
    }
  }

  @Test("missing files, directories, empty and foreign files are told apart")
  func kinds() throws {
    try withTemporaryDirectory { directory in
      #expect(try cause(of: directory.appending(path: "none.jpg").path) == .notFound)
      #expect(try cause(of: directory.path) == .directory)
      let file = directory.appending(path: "file.jpg")
      try Data().write(to: file)
      #expect(try cause(of: file.path) == .empty)
      try Data("just text".utf8).write(to: file)
      #expect(try cause(of: file.path) == .notAnImage)
      guard case .unreadable = try cause(of: file.path + "/below") else {
        Issue.record("a path through a file")
        return
      }
    }
  }

  @Test("no more than the limit is read, and of foreign content no more than its start")
  func bounded() throws {
    var decoder = ImageDecoder()
    decoder.options.maximumFileBytes = 100
    #expect(try cause(of: Fixture.url("images-decoding/lossless.webp").path, decoder) == .fileTooLarge(limit: 100))
    // Endless, and not an image.
    #expect(try cause(of: "/dev/zero") == .notAnImage)
  }

  @Test(
    "addresses are refused by their scheme",
    arguments: [
      ("https://example.org/photo.jpg", "https"), ("HTTP://example.org/a", "http"), ("file:///tmp/a.jpg", "file"),
      ("ftp://host/a.png", "ftp"), ("data:image/png;base64,AAAA", "data"), ("gopher://host/a", "gopher"),
    ])
  func addresses(_ path: String, _ scheme: String) throws {
    #expect(try cause(of: path) == .url(scheme: scheme))
  }

  @Test("a colon alone does not make an address", arguments: ["10:30.jpg", "a photo: rocks.jpg", "C:photo.jpg"])
  func colons(_ path: String) throws {
    #expect(try cause(of: path) == .notFound)
  }

  @Test("a pipe, as standard input may be, is read to its end and no further than the limit")
  func pipe() throws {
    let bytes = try ImageFixtures.bytes("rgb-8.png")
    for limit in [bytes.count, bytes.count - 1] {
      let pipe = Pipe()
      try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
      try pipe.fileHandleForWriting.close()
      let descriptor = pipe.fileHandleForReading.fileDescriptor
      let read = Result { () throws(ImageDecodingError) in
        try ImageFile.read(descriptor: descriptor, named: "-", limit: limit, expected: 0)
      }
      let error = ImageDecodingError(file: "-", cause: .fileTooLarge(limit: limit))
      #expect(read == (limit == bytes.count ? .success(bytes) : .failure(error)))
    }
  }

  @Test("every cause is worded with the file's name and a remedy")
  func words() {
    let causes: [ImageDecodingError.Cause] = [
      .notFound, .directory, .empty, .unreadable("why"), .url(scheme: "https"), .fileTooLarge(limit: 1), .notAnImage,
      .refusedFormat, .unsupported("why"), .truncated, .endMissing, .corrupt("why"), .corrupt(""),
      .tooManyPixels(width: 1, height: 2, limit: 3), .tooManyScans(limit: 1), .outOfMemory(width: 1, height: 2),
    ]
    let texts = causes.map { ImageDecodingError(file: "a.jpg", format: .jpeg, cause: $0).description }
    #expect(Set(texts).count == causes.count)
    #expect(texts.allSatisfy { $0.hasPrefix("a.jpg: ") && $0.contains("; ") })
    #expect(
      ImageDecodingError(file: "-", format: .png, cause: .truncated).description
        == "standard input: is a truncated PNG: the file ends before the image does; "
        + "copy or download it again, or use --allow-truncated to decode what is there")
  }
}
