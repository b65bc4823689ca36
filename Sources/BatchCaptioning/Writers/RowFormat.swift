package import SystemPackage

/// A file format that is rows one after the other, between a beginning and an end.
package protocol RowFormat: Sendable {
  /// Before the first row.
  var header: [UInt8] { get }
  /// Between two rows.
  var separator: [UInt8] { get }
  /// Behind the last row; the next row is written over it.
  var footer: [UInt8] { get }

  /// The row of an image; `nil` where the format has none for it.
  ///
  /// - Throws: `ImageFailure`.
  func row(_ image: FinishedImage) throws(ImageFailure) -> [UInt8]?

  /// What tells whose row a line of the file is, as the line has it; `nil` where it does not say, or is no row.
  ///
  /// - Parameter line: with its end, and with a separator before that.
  func subject(ofRow line: ArraySlice<UInt8>) -> [UInt8]?

  /// The same of the image that is listed as `path`.
  func subject(_ path: FilePath) -> [UInt8]?

  /// Whether a line's end between quotes belongs to a field.
  var heedsQuotes: Bool { get }
}

extension RowFormat {
  package var header: [UInt8] { [] }
  package var separator: [UInt8] { [] }
  package var footer: [UInt8] { [] }
  package var heedsQuotes: Bool { false }
  package func subject(ofRow line: ArraySlice<UInt8>) -> [UInt8]? { nil }
  package func subject(_ path: FilePath) -> [UInt8]? { nil }
}

/// A file beside each image, or under another directory in the same place.
package protocol SidecarFormat: Sendable {
  /// The sidecar of an image.
  ///
  /// - Parameters:
  ///   - existing: what the sidecar holds now; `nil` where there is none.
  ///   - overwrites: whether what a person or another run wrote is replaced.
  /// - Returns: what it shall hold; `nil` leaves it as it is.
  /// - Throws: `ImageFailure` with the code `sidecar`, whose message goes on after the sidecar's name.
  func content(_ caption: BatchCaption, existing: [UInt8]?, overwrites: Bool) throws(ImageFailure) -> [UInt8]?

  /// Whether an existing sidecar says already what this format would.
  func isComplete(_ existing: [UInt8]) -> Bool

  /// Whether a sidecar says just this, as the format writes it.
  func says(_ text: String, _ existing: [UInt8]) -> Bool
}
