import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

/// Damages a small file in many ways and opens each: every one must be refused with a `ModelFileError` or be read
/// through to its last tensor; anything else ends the test process or fails the test.
struct Malformations<File: TensorSource> {
  let open: (String) throws -> File
  let readThrough: (File) -> Void

  init(_ open: @escaping (String) throws -> File, readThrough: @escaping (File) -> Void = { _ in }) {
    self.open = open
    self.readThrough = readThrough
  }

  /// - Returns: how many of the files were refused.
  func refusedTruncations(of file: [UInt8]) throws -> Int {
    try file.withFile { path in
      try (0..<file.count).reversed().count { length in
        try #require(truncate(path, length) == 0)
        return try isRefused(path)
      }
    }
  }

  /// Changes one to eight bits, or writes extreme numbers over 1, 4 or 8 bytes.
  ///
  /// - Returns: how many of the files were refused.
  func refusedCorruptions(of file: [UInt8], within range: Range<Int>, rounds: Int, seed: UInt64) throws -> Int {
    var generator = SplitMix(seed: seed)
    return try withTemporaryDirectory { directory in
      let url = directory.appending(path: "file")
      return try (0..<rounds).count { round in
        var damaged = file
        if round % 2 == 0 {
          for _ in 0..<Int.random(in: 1...8, using: &generator) {
            damaged[Int.random(in: range, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
          }
        } else {
          overwrite(&damaged, within: range, &generator)
        }
        try Data(damaged).write(to: url)
        return try isRefused(url.path)
      }
    }
  }

  private func overwrite(_ file: inout [UInt8], within range: Range<Int>, _ generator: inout SplitMix) {
    let widths = [1, 4, 8]
    let extremes: [UInt64] = [0, .max, 1 << 63, 1 << 62, 1 << 31, 0x7fff_ffff_ffff_ffff, 0xffff_ffff, 0x8000_0000]
    let width = widths[Int.random(in: 0..<3, using: &generator)]
    let value = extremes[Int.random(in: 0..<extremes.count, using: &generator)]
    let place = Int.random(in: range, using: &generator)
    for byte in 0..<width where place + byte < file.count {
      file[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
    }
  }

  private func isRefused(_ path: String) throws -> Bool {
    do {
      let file = try open(path)
      for name in file.tensorNames {
        if let tensor = file.tensor(named: name) {
          _ = withExtendedLifetime(tensor) { tensor.storage.buffer.reduce(UInt8(0), &+) }
          if tensor.elementType.isFloatingPoint { _ = tensor.toFloat32().count }
        } else if file.unsupportedFeature(ofTensor: name) == nil {
          throw Unexplained(name: name)
        }
      }
      readThrough(file)
      return false
    } catch is ModelFileError {
      return true
    }
  }

  struct Unexplained: Error {
    let name: String
  }
}

extension Collection<Int> {
  fileprivate func count(where isCounted: (Int) throws -> Bool) rethrows -> Int {
    var count = 0
    for element in self where try isCounted(element) { count += 1 }
    return count
  }
}
