import BatchCaptioning
import Captioning
import Foundation
import TestSupport
import Testing

@Suite("Disk index")
struct DiskIndexTests {
  private func key(_ number: UInt64) -> ImageKey {
    var generator = SplitMix(seed: number)
    return ImageKey(high: generator.next(), low: generator.next())
  }

  @Test("Holds what a dictionary holds, while it grows and after it was closed")
  func likeADictionary() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "index").path(percentEncoded: false)
      var index: DiskIndex? = try DiskIndex(path: path)
      var expected: [ImageKey: Int] = [:]
      var generator = SplitMix(seed: 1)
      for _ in 0..<20_000 {
        let key = key(generator.next() % 6000)
        let value = Int(generator.next() % 1_000_000)
        try index?.set(key, to: value)
        expected[key] = value
      }
      #expect(index?.count == expected.count)
      index = nil
      let reopened = try DiskIndex(path: path)
      #expect(reopened.count == expected.count)
      for number in 0..<7000 as Range<UInt64> {
        #expect(try reopened[key(number)] == expected[key(number)])
      }
    }
  }

  @Test("Keys that want the same slot, at the table's end, are told apart")
  func collisions() throws {
    try withTemporaryDirectory { directory in
      let index = try DiskIndex(path: directory.appending(path: "index").path(percentEncoded: false))
      let keys = (0..<40 as Range<UInt64>).map { ImageKey(high: $0, low: .max) }
      for (value, key) in keys.enumerated() { try index.set(key, to: value) }
      for (value, key) in keys.enumerated() { #expect(try index[key] == value) }
      #expect(try index[ImageKey(high: 41, low: .max)] == nil)
    }
  }

  @Test("A file that is no table is begun anew")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "index")
      try Data(repeating: 7, count: 1000).write(to: url)
      let index = try DiskIndex(path: url.path(percentEncoded: false))
      #expect(index.count == 0)
      #expect(try index.add(3, to: key(1)) == 0)
      #expect(try index[key(1)] == 3)
    }
  }
}
