/// One of the datasets that a run is measured on.
public struct ValidationSet: Sendable {
  /// For people, and in reports.
  public let name: String
  public let validator: Validator

  public init(name: String, validator: Validator) {
    self.name = name
    self.validator = validator
  }
}
