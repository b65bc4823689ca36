/// What `ModelProto` says of a model besides its graph.
struct ONNXDescription {
  private(set) var pairs: [(key: String, value: MetadataValue)] = []

  static let maximumPairs = 65_536

  mutating func read(
    _ field: Int, _ value: ProtobufReader.Value, _ file: UnsafeRawBufferPointer
  ) throws(ProtobufReader.Failure) {
    switch field {
    case 1: try add("ir_version", number: value)
    case 2: try add("producer_name", text: value, file)
    case 3: try add("producer_version", text: value, file)
    case 4: try add("domain", text: value, file)
    case 5: try add("model_version", number: value)
    case 6: try add("doc_string", text: value, file)
    case 8:
      // OperatorSetIdProto: domain, version. The standard's own domain is the empty name.
      let fields = try nested(value, "opset_import", file)
      let domain = fields.text.isEmpty ? "ai.onnx" : fields.text
      try add("opset_import.\(domain)", .integer(fields.number))
    case 14:
      // StringStringEntryProto: key, value.
      let fields = try nested(value, "metadata_props", file)
      try add("metadata_props.\(fields.text)", .string(fields.secondText))
    default: break
    }
  }

  private mutating func add(_ key: String, _ value: MetadataValue) throws(ProtobufReader.Failure) {
    guard pairs.count < Self.maximumPairs else {
      throw ProtobufReader.Failure(problem: "more than \(Self.maximumPairs) metadata values")
    }
    pairs.append((key, value))
  }

  private mutating func add(_ key: String, number value: ProtobufReader.Value) throws(ProtobufReader.Failure) {
    guard case .varint(let number) = value else { throw ProtobufReader.Failure(problem: "\(key) is no number") }
    try add(key, .integer(Int(truncatingIfNeeded: number)))
  }

  private mutating func add(
    _ key: String, text value: ProtobufReader.Value, _ file: UnsafeRawBufferPointer
  ) throws(ProtobufReader.Failure) {
    let text = try value.string(key, in: file)
    if !text.isEmpty { try add(key, .string(text)) }
  }

  /// The first two fields of a small message.
  private func nested(
    _ value: ProtobufReader.Value, _ what: String, _ file: UnsafeRawBufferPointer
  ) throws(ProtobufReader.Failure) -> (text: String, secondText: String, number: Int) {
    var reader = ProtobufReader(file, try value.bytes(what))
    var fields = (text: "", secondText: "", number: 0)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes): fields.text = try value.string(what, in: file)
      case (2, .bytes): fields.secondText = try value.string(what, in: file)
      case (2, .varint(let number)): fields.number = Int(truncatingIfNeeded: number)
      default: break
      }
    }
    return fields
  }
}
