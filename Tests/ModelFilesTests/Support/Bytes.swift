import Foundation
import TestSupport

/// A file put together byte by byte.
struct Bytes {
  private(set) var values: [UInt8] = []

  var count: Int { values.count }

  func appending(_ bytes: some Sequence<UInt8>) -> Bytes {
    var copy = self
    copy.values.append(contentsOf: bytes)
    return copy
  }

  func appending<Integer: FixedWidthInteger>(little value: Integer) -> Bytes {
    withUnsafeBytes(of: value.littleEndian) { appending($0) }
  }

  /// Writes them to a file of its own for as long as `body` runs.
  @discardableResult
  func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    try values.withFile(body)
  }
}

extension [UInt8] {
  @discardableResult
  func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "file")
      try Data(self).write(to: file)
      return try body(file.path)
    }
  }
}
