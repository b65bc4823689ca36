import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Prefix files")
struct PrefixFileTests {
  private func path(_ directory: URL, _ name: String = "p.safetensors") -> String {
    directory.appending(path: name).path(percentEncoded: false)
  }

  private func file(_ length: Int, base: PrefixBase = TinyLlama.base) -> PrefixFile {
    PrefixFile(
      prefix: Prefix(keysValues: .random([3, 2, 2, length, 16], seed: 5)), base: base, origin: "text \"a\"\n\u{1F415}")
  }

  @Test("what was written is read again, to the last bit", arguments: [0, 1, 5])
  func roundTrip(length: Int) throws {
    try withTemporaryDirectory { directory in
      let written = file(length)
      try written.write(to: path(directory))
      let read = try PrefixFile(path: path(directory))
      #expect(read.prefix.shape == written.prefix.shape)
      #expect(read.prefix.keysValues.values == written.prefix.keysValues.values)
      #expect(read.base == written.base)
      #expect(read.origin == written.origin)
    }
  }

  @Test("another decoder's prefix is refused, both named with their hashes")
  func otherDecoder() throws {
    let other = PrefixBase(sha256: .hash(of: [1]), name: "gpt2")
    let shape = Prefix.Shape(layers: 3, keyValueHeads: 2, headDimension: 16, length: 0)
    try file(2).check(path: "p", fits: TinyLlama.base, shape: shape)
    let error = #expect(throws: PrefixFileError.self) {
      try file(2).check(path: "p", fits: other, shape: shape)
    }
    let message = try #require(error).description
    for part in ["llama-tiny", "gpt2", "\(other.sha256)", "\(TinyLlama.base.sha256)", "--model"] {
      #expect(message.contains(part))
    }
  }

  @Test("a shape that is not the decoder's is refused, whatever the hash says")
  func otherShape() {
    let shape = Prefix.Shape(layers: 3, keyValueHeads: 4, headDimension: 8, length: 0)
    #expect(
      throws: PrefixFileError.otherShape(path: "p", found: [3, 2, 2, 2, 16], expected: [3, 2, 4, 0, 8])
    ) { try file(2).check(path: "p", fits: TinyLlama.base, shape: shape) }
  }

  @Test("what is missing, or no prefix, is refused by name")
  func foreignFiles() throws {
    #expect(throws: PrefixFileError.notFound(path: "nowhere")) { try PrefixFile(path: "nowhere") }
    let model = Fixture.url("llama-tiny/model.safetensors").path(percentEncoded: false)
    #expect(throws: PrefixFileError.notAPrefix(path: model)) { try PrefixFile(path: model) }
  }

  /// - Parameter changes: of a sound file's metadata; `nil` takes a value away.
  private func error(
    _ changes: [String: String?], tensor: Tensor = .random([3, 2, 2, 2, 16], seed: 1)
  ) throws -> (any Error)? {
    try withTemporaryDirectory { directory in
      try file(2).write(to: path(directory))
      var metadata = try SafetensorsFile(path: path(directory)).metadata
      for (key, value) in changes { metadata[key] = value }
      let spoilt = path(directory, "spoilt.safetensors")
      try SafetensorsWriter.write([("keys_values", tensor.stored)], metadata: metadata, to: spoilt)
      do {
        _ = try PrefixFile(path: spoilt)
        return nil
      } catch {
        return error
      }
    }
  }

  @Test("a newer version and another convention of positions are refused")
  func newerVersions() throws {
    let version = try error(["format_version": "2"])
    #expect("\(try #require(version))".contains("format_version '2' is not known"))
    let positions = try error(["key_positions": "unrotated"])
    #expect("\(try #require(positions))".contains("key_positions 'unrotated'"))
    #expect(try error([:]) == nil)
  }

  @Test(
    "metadata that is missing, or is not what it should be, is refused by key",
    arguments: [
      "format_version", "key_positions", "base_sha256", "base_name", "layers", "key_value_heads", "head_dimension",
      "length", "origin",
    ])
  func spoiltMetadata(key: String) throws {
    let missing = try error([key: String?.none])
    #expect("\(try #require(missing))".contains("'\(key)'"))
    if ["base_name", "origin"].contains(key) { return }
    let wrong = try error([key: "-1"])
    #expect("\(try #require(wrong))".contains(key))
  }

  @Test("a tensor of another shape than the metadata, and one with NaN, are refused")
  func spoiltTensor() throws {
    let shape = try error(["length": "3"])
    #expect("\(try #require(shape))".contains("[3, 2, 2, 2, 16], expected [3, 2, 2, 3, 16]"))
    var broken = Tensor.random([3, 2, 2, 2, 16], seed: 1)
    broken.withUnsafeMutableBuffer { $0[7] = .nan }
    let notFinite = try error([:], tensor: broken)
    #expect("\(try #require(notFinite))".contains("not finite"))
  }
}
