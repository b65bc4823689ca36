import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Split GGUF files")
struct GGUFSplitTests {
  private static func uint16(_ key: String, _ value: UInt16) -> Bytes {
    GGUFBytes.pair(key, 2, Bytes().appending(little: value))
  }

  /// One of the files: a tensor of two numbers.
  private static func part(
    _ index: Int, of count: Int, tensor: String, tensorCount: UInt32? = nil, first: [Bytes] = []
  ) -> Bytes {
    var file = GGUFBytes()
    file.pairs = first + [uint16("split.no", UInt16(index)), uint16("split.count", UInt16(count))]
    if let tensorCount { file.pairs.append(GGUFBytes.uint32("split.tensors.count", tensorCount)) }
    file.tensors = [GGUFBytes.tensor(tensor, [2])]
    let numbers = [Float(index), 0.5]
    file.data = numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }
    return file.file
  }

  /// Two files that are one model.
  private static let sound: [String: Bytes] = [
    "tiny-00001-of-00002.gguf": part(
      0, of: 2, tensor: "a", tensorCount: 2, first: [GGUFBytes.text("general.name", "tiny")]),
    "tiny-00002-of-00002.gguf": part(1, of: 2, tensor: "b", tensorCount: 2),
  ]

  private func withFiles(_ files: [String: Bytes], _ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      for (name, bytes) in files { try Data(bytes.values).write(to: directory.appending(path: name)) }
      try body(directory)
    }
  }

  private func error(_ files: [String: Bytes], opening name: String = "tiny-00001-of-00002.gguf") throws -> String {
    var message = ""
    try withFiles(files) { directory in
      let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: directory.appending(path: name).path) }
      message = error?.description ?? ""
    }
    return message
  }

  @Test("Any of the files stands for the whole model", arguments: sound.keys.sorted())
  func whole(name: String) throws {
    try withFiles(Self.sound) { directory in
      let file = try GGUFFile(path: directory.appending(path: name).path)
      #expect(file.path == directory.appending(path: "tiny-00001-of-00002.gguf").path)
      #expect(file.tensorNames == ["a", "b"])
      #expect(file.tensor(named: "a")?.toFloat32().values == [0, 0.5])
      #expect(file.tensor(named: "b")?.toFloat32().values == [1, 0.5])
      #expect(file.shape(ofTensor: "b") == [2])
      #expect(file.path(ofTensor: "b") == directory.appending(path: "tiny-00002-of-00002.gguf").path)
      #expect(try file.metadata.string("general.name") == "tiny")
    }
  }

  @Test("An inspection lists the tensors of all files, and the files")
  func inspection() throws {
    try withFiles(Self.sound) { directory in
      let inspection = try ModelInspection(path: directory.appending(path: "tiny-00001-of-00002.gguf").path)
      #expect(inspection.tensors.map(\.name) == ["a", "b"])
      #expect(inspection.shards == Self.sound.keys.sorted())
    }
  }

  @Test("The weights of a directory with the files of one model, or of one file, are all of the files")
  func weights() throws {
    try withFiles(Self.sound) { directory in
      let first = directory.appending(path: "tiny-00001-of-00002.gguf").path
      for path in [directory.path, first, directory.appending(path: "tiny-00002-of-00002.gguf").path] {
        let weights = try ModelWeights(of: path)
        #expect(weights.modelPath == first)
        #expect(weights.files.map { URL(filePath: $0).lastPathComponent } == Self.sound.keys.sorted())
      }
      try Data().write(to: directory.appending(path: "other.gguf"))
      #expect(throws: ModelStoreError.self) { try ModelWeights(of: directory.path) }
    }
  }

  @Test("A file that is missing is named")
  func missing() throws {
    var files = Self.sound
    files["tiny-00002-of-00002.gguf"] = nil
    let message = try error(files)
    #expect(message.contains("tiny-00002-of-00002.gguf: cannot be read: it is not there"))
    #expect(message.contains("belongs to tiny-00001-of-00002.gguf"))
  }

  @Test("A file of a split model that is called otherwise is refused, with the name that it should have")
  func renamed() throws {
    let message = try error(["model.gguf": Self.part(0, of: 2, tensor: "a")], opening: "model.gguf")
    #expect(message.contains("one of the 2 files of a split model"))
    #expect(message.contains("name-00001-of-00002.gguf"))
  }

  @Test("Files of different models, or one that was given another's name, are refused")
  func foreign() throws {
    var files = Self.sound
    files["tiny-00002-of-00002.gguf"] = Self.part(0, of: 2, tensor: "b", tensorCount: 2)
    #expect(try error(files).contains("file 1 of 2 of a split model, unlike its name"))
    files["tiny-00002-of-00002.gguf"] = Self.part(1, of: 2, tensor: "a", tensorCount: 2)
    #expect(try error(files).contains("tensor 'a' is in another file of the model, too"))
    files["tiny-00001-of-00002.gguf"] = Self.part(0, of: 2, tensor: "c", tensorCount: 3)
    #expect(try error(files).contains("the model has 3 tensors, but its 2 files have 2"))
  }

  @Test("Only names with number and count of five digits are those of files of a split model")
  func names() {
    let split = GGUFSplit(path: "models/a-b-00002-of-00003.gguf")
    #expect(split?.number == 2)
    #expect(split?.paths.last == "models/a-b-00003-of-00003.gguf")
    for name in [
      "a.gguf", "a-00001-of-00002.bin", "a-1-of-2.gguf", "a-00003-of-00002.gguf", "a-00000-of-00002.gguf",
      "a-00001-of-99999.gguf", "00001-of-00002.gguf",
    ] {
      #expect(GGUFSplit(path: name) == nil)
    }
  }
}
