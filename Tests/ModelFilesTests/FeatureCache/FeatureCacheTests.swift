import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Feature cache")
struct FeatureCacheTests {
  @Test("features come back as the nearest halves, whoever opens the cache", arguments: [false, true])
  func halves(reopened: Bool) throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory)
      try cache.append([CacheFixture.addition(1), CacheFixture.addition(2)])
      let reader = reopened ? try CacheFixture.open(directory) : cache
      for number in 1...2 {
        let found = try #require(try reader.features(CacheFixture.hash(number), flipped: false))
        #expect(found.shape == CacheFixture.shape)
        #expect(found.values == CacheFixture.features(number).storedAsHalf.toFloat32().values)
      }
      #expect(reader.count == 2)
    }
  }

  @Test("in f32 nothing is rounded")
  func float32() throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory, precision: .f32)
      try cache.append([CacheFixture.addition(1)])
      #expect(try cache.features(CacheFixture.hash(1), flipped: false)?.values == CacheFixture.features(1).values)
    }
  }

  @Test("features are read into memory of the caller's")
  func intoMemory() throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory)
      try cache.append([CacheFixture.addition(1)])
      var batch = [Float](repeating: 7, count: 3 * 15)
      let found = try batch.withUnsafeMutableBufferPointer {
        try cache.features(CacheFixture.hash(1), flipped: false, into: .init(rebasing: $0[15..<30]))
      }
      #expect(found)
      #expect(Array(batch[15..<30]) == CacheFixture.features(1).storedAsHalf.toFloat32().values)
      #expect(batch[..<15].allSatisfy { $0 == 7 } && batch[30...].allSatisfy { $0 == 7 })
    }
  }

  @Test("an image and its mirror image have features of their own")
  func flipped() throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory)
      try cache.append([CacheFixture.addition(1)])
      #expect(cache.contains(CacheFixture.hash(1), flipped: false))
      #expect(!cache.contains(CacheFixture.hash(1), flipped: true))
      #expect(try cache.features(CacheFixture.hash(1), flipped: true) == nil)
      let mirrored = CacheFixture.features(9)
      try cache.append([.init(image: CacheFixture.hash(1), isFlipped: true, features: mirrored)])
      let reopened = try CacheFixture.open(directory)
      let found = [false, true].map { try? reopened.features(CacheFixture.hash(1), flipped: $0)?.values }
      #expect(found == [CacheFixture.features(1), mirrored].map { $0.storedAsHalf.toFloat32().values })
    }
  }

  @Test("what is there already is not added again")
  func twice() throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory)
      try cache.append([CacheFixture.addition(1), CacheFixture.addition(1)])
      let size = try CacheFixture.size(of: "data", in: directory)
      try cache.append([CacheFixture.addition(1)])
      #expect(try CacheFixture.size(of: "data", in: directory) == size)
      #expect(cache.count == 1)
    }
  }

  @Test("writers in turns lose nothing and see each other's features")
  func writers() async throws {
    try await withTemporaryDirectory { directory in
      // Each has opened the files for itself, as processes do; the lock knows no difference.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<4 {
          group.addTask {
            let cache = try CacheFixture.open(directory)
            // Every image is another writer's too.
            for number in 0..<20 { try cache.append([CacheFixture.addition((number + 7 * writer) % 40)]) }
          }
        }
        try await group.waitForAll()
      }
      let cache = try CacheFixture.open(directory)
      #expect(cache.count == 40)
      for number in 0..<40 {
        let found = try cache.features(CacheFixture.hash(number), flipped: false)?.values
        #expect(found == CacheFixture.features(number).storedAsHalf.toFloat32().values)
      }
      // One record each: 15 halves filled up to 64 bytes, but for the last.
      #expect(try CacheFixture.size(of: "data", in: directory) == 39 * 64 + 30)
    }
  }

  @Test("a reader sees what another adds once it looks again")
  func refresh() throws {
    try withTemporaryDirectory { directory in
      let (reader, writer) = (try CacheFixture.open(directory), try CacheFixture.open(directory))
      for number in 1...3 {
        try writer.append([CacheFixture.addition(number)])
        #expect(!reader.contains(CacheFixture.hash(number), flipped: false))
        try reader.refresh()
        // Each time the file has become longer than what is mapped.
        let found = try reader.features(CacheFixture.hash(number), flipped: false)?.values
        #expect(found == CacheFixture.features(number).storedAsHalf.toFloat32().values)
      }
    }
  }

  @Test("features of another shape are refused")
  func shape() throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory)
      let wrong = FeatureCache.Addition(
        image: CacheFixture.hash(1), isFlipped: false, features: Tensor(zeros: [5, 3]))
      #expect(
        throws: FeatureCacheError.wrongShape(directory: cache.directory, found: [5, 3], expected: CacheFixture.shape)
      ) { try cache.append([wrong]) }
    }
  }

  @Test(
    "a number that a half cannot hold is refused, and nothing of its batch is added",
    arguments: [65520, -70000, Float.infinity, .nan])
  func notRepresentable(value: Float) throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory)
      var values = CacheFixture.features(2).values
      values[4] = value
      let wrong = FeatureCache.Addition(
        image: CacheFixture.hash(2), isFlipped: false, features: Tensor(values, shape: CacheFixture.shape))
      let error = #expect(throws: FeatureCacheError.self) { try cache.append([CacheFixture.addition(1), wrong]) }
      #expect(error?.description.contains(value.isFinite ? "cache in f32" : "check the encoder's weights") == true)
      #expect(cache.count == 0)
    }
  }
}
