import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

/// The caches of two encoders: 3 tokens 5 wide, and 2 tokens 4 wide.
@Suite("Feature caches of several encoders")
struct FeatureCachesTests {
  private static let other = FeatureLayout(tokens: [2], width: 4)

  private func open(_ directory: URL) throws -> FeatureCaches {
    var key = try CacheFixture.key()
    key.encoderHash = CacheFixture.hash(0)
    return FeatureCaches(
      [
        try CacheFixture.open(directory.appending(path: "first")),
        try FeatureCache(
          directory: directory.appending(path: "second").path(percentEncoded: false), key: key, shape: Self.other.shape),
      ], layouts: [FeatureLayout(tokens: [1, 2], width: 5), Self.other])
  }

  @Test("an image's features are those of one encoder and then those of the next")
  func joined() throws {
    try withTemporaryDirectory { directory in
      let caches = try open(directory)
      #expect(caches.shape == [23] && caches.layout.description == "3x5 + 2x4")
      let second = Tensor.random([2, 4], seed: 5)
      try caches.caches[0].append([CacheFixture.addition(1)])
      try caches.caches[1].append([.init(image: CacheFixture.hash(1), isFlipped: false, features: second)])
      let expected = [CacheFixture.features(1), second].flatMap { $0.storedAsHalf.toFloat32().values }
      let found = try #require(try caches.features(CacheFixture.hash(1), flipped: false))
      #expect(found.shape == [23] && found.values == expected)
      var row = [Float](repeating: 7, count: 23)
      let isThere = try row.withUnsafeMutableBufferPointer {
        try caches.features(CacheFixture.hash(1), flipped: false, into: $0)
      }
      #expect(isThere && row == expected)
    }
  }

  @Test("an image that one encoder has not encoded is not there")
  func incomplete() throws {
    try withTemporaryDirectory { directory in
      let caches = try open(directory)
      try caches.caches[0].append([CacheFixture.addition(1)])
      #expect(!caches.contains(CacheFixture.hash(1), flipped: false))
      #expect(try caches.features(CacheFixture.hash(1), flipped: false) == nil)
    }
  }

  @Test("tokens of one width make rows, others plain numbers")
  func shapes() {
    let one = FeatureLayout(joining: [.init(tokens: [1, 4], width: 6), .init(tokens: [2], width: 6)])
    #expect(one.shape == [7, 6] && one.width == 6 && one.merged.blocks == [.init(tokens: 7, width: 6)])
    let two = FeatureLayout(joining: [one, .init(tokens: [1], width: 8)])
    #expect(two.shape == [50] && two.width == nil && two.tokens == 8)
    #expect(two.merged == FeatureLayout([.init(tokens: 7, width: 6), .init(tokens: 1, width: 8)]))
  }
}
