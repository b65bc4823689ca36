/// A JSON object put together from texts of values.
struct JSONText {
  let text: String

  /// - Parameter changes: replace values; `nil` leaves them out.
  init(_ values: [String: String], _ changes: [String: String?]) {
    let changed = values.merging(changes.compactMapValues { $0 }) { $1 }
      .filter { key, _ in changes[key].map { $0 != nil } ?? true }
    text = "{" + changed.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
  }

  @discardableResult
  func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    try Array(text.utf8).withFile(body)
  }
}
