/// An output by the name under which the journal recognizes it in a later run.
package struct NamedOutput: Sendable, Equatable {
  /// The output's name: the same however paths are spelled, and from every working directory.
  package var name: String
  /// The path of a file that exists whenever the output has anything; `nil` where there need be none.
  package var file: String?

  package init(name: String, file: String? = nil) {
    self.name = name
    self.file = file
  }
}
