/// An output as the journal knows it again in a later run.
package struct NamedOutput: Sendable, Equatable {
  /// The same however paths are spelled, and from every working directory.
  package var name: String
  /// A file that is there wherever the output has anything; `nil` where there need be none.
  package var file: String?

  package init(name: String, file: String? = nil) {
    self.name = name
    self.file = file
  }
}
