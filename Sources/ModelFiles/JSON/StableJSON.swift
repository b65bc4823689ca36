#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// JSON that is the same, byte for byte, whenever the value is: keys sorted, slashes as they are.
package enum StableJSON {
  /// On one line, without an end of line.
  ///
  /// - Throws: `EncodingError`, for numbers that JSON cannot hold.
  package static func line(_ value: some Encodable) throws -> String {
    String(decoding: try encoder([]).encode(value), as: UTF8.self)
  }

  /// Indented, for people, with an end of line.
  ///
  /// - Throws: `EncodingError`, for numbers that JSON cannot hold.
  package static func document(_ value: some Encodable) throws -> [UInt8] {
    Array(try encoder(.prettyPrinted).encode(value)) + [UInt8(ascii: "\n")]
  }

  private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    return encoder
  }
}
