/// Where a run's images come from, one after the other.
package protocol ImageSource {
  /// - Returns: `nil` at the list's end.
  /// - Throws: what ends the run, such as a list that cannot be read.
  mutating func next() throws -> ListedImage?
}
