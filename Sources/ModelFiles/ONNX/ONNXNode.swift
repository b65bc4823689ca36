/// One operation of an ONNX graph: what it is and which values it joins.
package struct ONNXNode: Equatable, Sendable {
  /// May be empty; exporters write a path such as `/encoder/layer.0/mlp/fc1/MatMul`.
  package let name: String
  /// The operator, such as `MatMul`.
  package let opType: String
  /// Names of values: of initializers, of the graph's inputs, or of other nodes' outputs. Empty for an optional input
  /// that is left out.
  package let inputs: [String]
  package let outputs: [String]

  package init(name: String, opType: String, inputs: [String], outputs: [String]) {
    self.name = name
    self.opType = opType
    self.inputs = inputs
    self.outputs = outputs
  }

  static let maximumValues = 65_536

  init(_ file: UnsafeRawBufferPointer, _ range: Range<Int>) throws(ProtobufReader.Failure) {
    var reader = ProtobufReader(file, range)
    var (name, opType) = ("", "")
    var (inputs, outputs): ([String], [String]) = ([], [])
    while let (field, value) = try reader.next() {
      switch field {
      case 1: inputs.append(try value.string("a node's input", in: file))
      case 2: outputs.append(try value.string("a node's output", in: file))
      case 3: name = try value.string("a node's name", in: file)
      case 4: opType = try value.string("a node's operator", in: file)
      default: break
      }
      guard inputs.count + outputs.count <= Self.maximumValues else {
        throw ProtobufReader.Failure(problem: "a node joins more than \(Self.maximumValues) values")
      }
    }
    self.init(name: name, opType: opType, inputs: inputs, outputs: outputs)
  }
}
