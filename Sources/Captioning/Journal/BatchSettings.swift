import ModelFiles

/// What a run's outputs depend on besides the images: a run is gone on with under the same settings only.
package struct BatchSettings: Sendable, Equatable, Codable {
  package static let formatVersion = "1"

  /// By names that a user knows.
  package var values: [String: String]

  package init(_ values: [String: String]) {
    self.values = values
    self.values["journal format"] = Self.formatVersion
  }

  /// What is different in `other`, for people: `beams: 1 before, 5 now`.
  func differences(to other: BatchSettings) -> [String] {
    Set(values.keys).union(other.values.keys).sorted().compactMap { name in
      let (before, now) = (values[name] ?? "none", other.values[name] ?? "none")
      return before == now ? nil : "\(name): \(before) before, \(now) now"
    }
  }
}
