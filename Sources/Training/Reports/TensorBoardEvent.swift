/// One message of an event file: the few fields of TensorFlow's `Event` (event.proto, summary.proto) that a curve needs,
/// in protocol buffers' wire format, fields in the order of their numbers as the reference implementation writes them.
package struct TensorBoardEvent: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    /// The version, which must come first in a file.
    case fileVersion
    /// The run starts with this step; TensorBoard discards earlier files' values for this step and later ones.
    case start
    case scalars([Scalar])
  }

  package struct Scalar: Sendable, Equatable {
    package let tag: String
    package let value: Float

    package init(_ tag: String, _ value: Double) {
      self.tag = tag
      self.value = Float(value)
    }
  }

  /// Seconds since 1970.
  package let wallTime: Double
  package let step: Int
  package let content: Content

  package init(wallTime: Double, step: Int = 0, _ content: Content) {
    self.wallTime = wallTime
    self.step = step
    self.content = content
  }

  package var bytes: [UInt8] {
    // Event: double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7
    var message = Message()
    message.add(1, fixed64: wallTime.bitPattern)
    // A missing number means zero.
    if step != 0 { message.add(2, varint: UInt64(bitPattern: Int64(step))) }
    switch content {
    case .fileVersion: message.add(3, Array("brain.Event:2".utf8))
    case .scalars(let scalars):
      var summary = Message()
      for scalar in scalars {
        // Summary.Value: string tag = 1; float simple_value = 2
        var value = Message()
        value.add(1, Array(scalar.tag.utf8))
        value.add(2, fixed32: scalar.value.bitPattern)
        summary.add(1, value.bytes)
      }
      message.add(5, summary.bytes)
    case .start:
      // SessionLog: SessionStatus status = 1, where START = 1
      var log = Message()
      log.add(1, varint: 1)
      message.add(7, log.bytes)
    }
    return message.bytes
  }

  private struct Message {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ field: UInt64, varint value: UInt64) { bytes += Self.varint(field << 3) + Self.varint(value) }

    mutating func add(_ field: UInt64, fixed64 value: UInt64) {
      bytes += Self.varint(field << 3 | 1) + TFRecord.littleEndian(value)
    }

    mutating func add(_ field: UInt64, _ value: [UInt8]) {
      bytes += Self.varint(field << 3 | 2) + Self.varint(UInt64(value.count)) + value
    }

    mutating func add(_ field: UInt64, fixed32 value: UInt32) {
      bytes += Self.varint(field << 3 | 5) + TFRecord.littleEndian(value)
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
      var (rest, bytes) = (value, [UInt8]())
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      return bytes + [UInt8(rest)]
    }
  }
}
