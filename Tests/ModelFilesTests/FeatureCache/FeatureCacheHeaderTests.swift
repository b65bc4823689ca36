import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Feature cache, header")
struct FeatureCacheHeaderTests {
  private func headerError(replacing old: String, with new: String) throws -> FeatureCacheError? {
    try withTemporaryDirectory { directory in
      try CacheFixture.open(directory).append([CacheFixture.addition(1)])
      let url = directory.appending(path: "header.json")
      let text = try String(contentsOf: url, encoding: .utf8)
      #expect(text.contains(old))
      try text.replacing(old, with: new).write(to: url, atomically: true, encoding: .utf8)
      return #expect(throws: FeatureCacheError.self) { try CacheFixture.open(directory) }
    }
  }

  @Test(
    "a cache of another key is refused, and the difference named",
    arguments: [
      ("\"hiddenState\" : 1", "\"hiddenState\" : 0", "selection"),
      ("\"resizeMode\" : \"squash\"", "\"resizeMode\" : \"longestEdgePad\"", "preprocessing"),
      ("baa2d035", "00000000", "encoder (SHA-256 00000000"),
      ("\"precision\" : \"f16\"", "\"precision\" : \"f32\"", "precision (f32, expected f16)"),
      ("\"shape\" : [\n    3,", "\"shape\" : [\n    4,", "shape ([4, 5], expected [3, 5])"),
      ("\"decoding\" : [\n", "\"decoding\" : [\"exactDecode\"\n", "way of decoding"),
    ])
  func otherKey(old: String, new: String, difference: String) throws {
    let error = try headerError(replacing: old, with: new)
    #expect(error?.description.contains("features of another \(difference)") == true, "\(error?.description ?? "")")
  }

  @Test("a cache of another version is refused")
  func otherVersion() throws {
    let error = try headerError(replacing: "\"formatVersion\" : 1", with: "\"formatVersion\" : 2")
    #expect(error?.description.contains("version 2, only 1 is known") == true)
  }

  @Test("what is no header is refused")
  func noHeader() throws {
    let error = try headerError(replacing: "caption features", with: "something else")
    #expect(error?.description.contains("not the header of cached features") == true)
  }

  @Test("features without a header are not taken for one's own")
  func lostHeader() throws {
    try withTemporaryDirectory { directory in
      try CacheFixture.open(directory).append([CacheFixture.addition(1)])
      try FileManager.default.removeItem(at: directory.appending(path: "header.json"))
      let error = #expect(throws: FeatureCacheError.self) { try CacheFixture.open(directory) }
      #expect(error?.description.contains("not the header that says which") == true)
    }
  }

  @Test("whatever features depend on leads to another directory")
  func directoryNames() throws {
    let key = try CacheFixture.key()
    var others = [key, key, key, key]
    others[0].features[0].hiddenState = 0
    others[1].preprocessing.mean[2] += 0.001
    others[2].decoding = ["exactDecode"]
    others[3].precision = .f32
    #expect(Set((others + [key]).map(\.directoryName)).count == 5)
    #expect(try CacheFixture.key().directoryName == key.directoryName)
    #expect(key.directoryName.count == 16)
  }
}
