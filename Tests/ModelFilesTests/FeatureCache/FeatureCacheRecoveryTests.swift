import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

/// What kills, full disks and failing ones leave behind.
@Suite("Feature cache, recovery")
struct FeatureCacheRecoveryTests {
  /// Three records; then `file` loses its last `count` bytes, as if the writer had been killed at that place.
  private func afterLosing(_ count: Int, of file: String, _ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory)
      try cache.append((1...3).map { CacheFixture.addition($0) })
      let url = directory.appending(path: file)
      try Data(contentsOf: url).dropLast(count).write(to: url)
      try body(directory)
    }
  }

  private func expectFeatures(_ numbers: ClosedRange<Int>, in cache: FeatureCache) throws {
    #expect(cache.count == numbers.count)
    for number in numbers {
      let found = try cache.features(CacheFixture.hash(number), flipped: false)?.values
      #expect(found == CacheFixture.features(number).storedAsHalf.toFloat32().values)
    }
  }

  @Test("a record cut short at any byte is not there, and the next is written in its place")
  func tornRecord() throws {
    // 30 bytes of numbers, the last record's.
    for count in 1...30 {
      try afterLosing(count, of: "data") { directory in
        let cache = try CacheFixture.open(directory)
        try expectFeatures(1...2, in: cache)
        try cache.append([CacheFixture.addition(3), CacheFixture.addition(4)])
        try expectFeatures(1...4, in: CacheFixture.open(directory))
      }
    }
  }

  @Test("an index entry cut short at any byte is not there, and the next is written in its place")
  func tornEntry() throws {
    for count in 1...48 {
      try afterLosing(count, of: "index") { directory in
        let cache = try CacheFixture.open(directory)
        try expectFeatures(1...2, in: cache)
        try cache.append([CacheFixture.addition(3), CacheFixture.addition(4)])
        try expectFeatures(1...4, in: CacheFixture.open(directory))
      }
    }
  }

  @Test("entries whose records were lost never come to stand for others")
  func staleEntries() throws {
    // All but the first record's numbers; the index still tells of three.
    try afterLosing(2 * 64, of: "data") { directory in
      let cache = try CacheFixture.open(directory)
      try cache.append([CacheFixture.addition(7)])
      // A writer killed between data and index leaves more data than entries.
      let data = directory.appending(path: "data")
      try (Data(contentsOf: data) + Data(count: 200)).write(to: data)
      let reopened = try CacheFixture.open(directory)
      #expect(reopened.count == 2)
      #expect(!reopened.contains(CacheFixture.hash(3), flipped: false))
      let found = try reopened.features(CacheFixture.hash(7), flipped: false)?.values
      #expect(found == CacheFixture.features(7).storedAsHalf.toFloat32().values)
    }
  }

  @Test("a damaged entry costs that image alone")
  func damagedEntry() throws {
    try afterLosing(0, of: "data") { directory in
      let url = directory.appending(path: "index")
      var index = try Data(contentsOf: url)
      index[48 + 5] ^= 1
      try index.write(to: url)
      let cache = try CacheFixture.open(directory)
      #expect((1...3).map { cache.contains(CacheFixture.hash($0), flipped: false) } == [true, false, true])
      try cache.append([CacheFixture.addition(2)])
      try expectFeatures(1...3, in: CacheFixture.open(directory))
    }
  }

  @Test("damaged numbers are named, never returned")
  func damagedNumbers() throws {
    try afterLosing(0, of: "data") { directory in
      let url = directory.appending(path: "data")
      var data = try Data(contentsOf: url)
      data[64 + 29] ^= 0x80
      try data.write(to: url)
      let cache = try CacheFixture.open(directory)
      let path = cache.directory.appending("/data").replacing("//", with: "/")
      #expect(throws: FeatureCacheError.damaged(path: path, image: CacheFixture.hash(2))) {
        try cache.features(CacheFixture.hash(2), flipped: false)
      }
      #expect(try cache.features(CacheFixture.hash(3), flipped: false) != nil)
    }
  }

  @Test("a full disk is an error that adds nothing, and the next attempt succeeds")
  func fullDisk() throws {
    try withTemporaryDirectory { directory in
      let cache = try CacheFixture.open(directory)
      let data = directory.appending(path: "data")
      // Every write to this device fails as on a full disk.
      try FileManager.default.createSymbolicLink(at: data, withDestinationURL: URL(filePath: "/dev/full"))
      let path = cache.directory.appending("/data").replacing("//", with: "/")
      #expect(throws: FeatureCacheError.cannotWrite(.diskFull(path: path))) {
        try cache.append([CacheFixture.addition(1)])
      }
      #expect(cache.count == 0)
      try FileManager.default.removeItem(at: data)
      try cache.append([CacheFixture.addition(1)])
      try expectFeatures(1...1, in: CacheFixture.open(directory))
    }
  }
}
