package import SystemPackage

/// A file format of rows one after the other, between a header and a footer.
package protocol RowFormat: Sendable {
  /// The bytes before the first row.
  var header: [UInt8] { get }
  /// The bytes between two rows.
  var separator: [UInt8] { get }
  /// The bytes after the last row; the next row overwrites them.
  var footer: [UInt8] { get }

  /// The row of an image; `nil` where the format has none for it.
  ///
  /// - Throws: `ImageFailure`.
  func row(_ image: FinishedImage) throws(ImageFailure) -> [UInt8]?

  /// What identifies the image of a line of the file, as the line has it; `nil` where it has none, or is no row.
  ///
  /// - Parameter line: the line with its end, and with a separator before that.
  func subject(ofRow line: ArraySlice<UInt8>) -> [UInt8]?

  /// What identifies the image that is listed as `path`, as its line has it.
  func subject(_ path: FilePath) -> [UInt8]?

  /// Whether a line end between quotes belongs to a field.
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

/// The format of a file beside each image, or in the same place below another directory.
package protocol SidecarFormat: Sendable {
  /// The sidecar of an image.
  ///
  /// - Parameters:
  ///   - existing: the sidecar's content now; `nil` where there is none.
  ///   - overwrites: whether what a person or another run wrote is replaced.
  /// - Returns: the content that it is to have; `nil` leaves it as it is.
  /// - Throws: `ImageFailure` with the code `sidecar`, whose message follows the sidecar's name.
  func content(_ caption: BatchCaption, existing: [UInt8]?, overwrites: Bool) throws(ImageFailure) -> [UInt8]?

  /// Whether an existing sidecar already says what this format would.
  func isComplete(_ existing: [UInt8]) -> Bool

  /// Whether a sidecar says exactly this text, as the format writes it.
  func says(_ text: String, _ existing: [UInt8]) -> Bool
}
