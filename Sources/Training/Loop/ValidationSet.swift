/// One of the datasets on which a run is validated.
package struct ValidationSet: Sendable {
  /// The name for people and in reports.
  package let name: String
  package let validator: Validator

  package init(name: String, validator: Validator) {
    self.name = name
    self.validator = validator
  }
}
