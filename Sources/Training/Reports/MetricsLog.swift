/// `metrics.jsonl`: the measurements of a run, one JSON object per line.
///
/// `{"kind":"train","step":1,"loss":…}` for each logged step, `{"kind":"validation","step":50,"cider":…}` for each
/// validation. Numbers that JSON does not know are written as "NaN", "Infinity" and "-Infinity".
package typealias MetricsLog = StepLog<MetricsRecord>

/// One line of `metrics.jsonl`.
package enum MetricsRecord: StepRecord, Equatable {
  case training(TrainingMetrics)
  case validation(ValidationMetrics)

  package static let fileName = "metrics.jsonl"

  package var step: Int {
    switch self {
    case .training(let metrics): metrics.step
    case .validation(let metrics): metrics.step
    }
  }

  package var kind: String { typeOfRecord.rawValue }

  private var typeOfRecord: Kind {
    switch self {
    case .training: .training
    case .validation: .validation
    }
  }

  private enum Kind: String, Codable {
    case training = "train"
    case validation
  }

  private enum CodingKeys: CodingKey {
    case kind
  }

  package init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: CodingKeys.self).decode(Kind.self, forKey: .kind) {
    case .training: self = .training(try TrainingMetrics(from: decoder))
    case .validation: self = .validation(try ValidationMetrics(from: decoder))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(typeOfRecord, forKey: .kind)
    switch self {
    case .training(let metrics): try metrics.encode(to: encoder)
    case .validation(let metrics): try metrics.encode(to: encoder)
    }
  }
}
