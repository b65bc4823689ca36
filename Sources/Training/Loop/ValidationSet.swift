/// One of the datasets that a run is measured on.
package struct ValidationSet: Sendable {
  /// For people, and in reports.
  package let name: String
  package let validator: Validator

  package init(name: String, validator: Validator) {
    self.name = name
    self.validator = validator
  }
}
