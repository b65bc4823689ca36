import ModelFiles

/// What a run's captions depend on besides the images: a run is continued under the same settings only.
package struct BatchSettings: Sendable, Equatable, Codable {
  package static let formatVersion = "2"
  private static let formatName = "journal format"

  /// The values of the options, by option, as a user gives them.
  package var values: [String: String]
  /// The names of all outputs that runs of this journal had, in the order in which they were added.
  package var outputs: [String]

  package init(_ values: [String: String], outputs: [String] = []) {
    self.values = values
    self.values[Self.formatName] = Self.formatVersion
    self.outputs = outputs
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    values = try container.decode([String: String].self, forKey: .values)
    // Version 1 had none.
    outputs = try container.decodeIfPresent([String].self, forKey: .outputs) ?? []
  }

  /// Whether this version wrote the settings.
  var isOfThisVersion: Bool { values[Self.formatName] == Self.formatVersion }

  /// The differences in `other`, for people: `--beams: 1 before, 5 now`. Outputs may differ.
  func differences(to other: BatchSettings) -> [String] {
    Set(values.keys).union(other.values.keys).sorted().compactMap { name in
      let (before, now) = (values[name] ?? "not given", other.values[name] ?? "not given")
      return before == now ? nil : "\(name): \(before) before, \(now) now"
    }
  }
}
