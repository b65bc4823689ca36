package import Tensors

/// The weights and the graph of a memory-mapped ONNX model, for taking a model's tensors over; nothing is executed.
///
/// Of `ModelProto` the graph is read, and of that the initializers and the nodes (not attributes, and not the subgraphs
/// that control-flow nodes hold in them). Initializers whose data lies in another file, or of a type that this package
/// does not compute with, are listed, and refused by name only when one of them is asked for.
package struct ONNXFile: ListedTensors {
  package let path: String
  /// The nodes in the order of the file, which is that of execution.
  package let nodes: [ONNXNode]

  /// The model's producer, its versions, and which graph it is.
  let metadata: [(key: String, value: MetadataValue)]

  private let bytes: StoredTensor.Bytes
  private let tensors: [ONNXTensor]
  private let indices: [String: Int]

  /// More than any model has; otherwise a hostile file of few bytes could take much memory.
  static let maximumNodes = 1_000_000
  /// The most inputs and outputs of all nodes together.
  static let maximumValues = 4_000_000

  /// - Throws: `ModelFileError.cannotOpen`, or `.malformed` where the file is no ONNX model, a tensor's data do not
  ///   fit its shape and type, or two initializers have the same name.
  package init(path: String) throws(ModelFileError) {
    bytes = try MappedFile(path: path).bytes
    self.path = path
    do throws(ProtobufReader.Failure) {
      let file = bytes.buffer
      var reader = ProtobufReader(file, 0..<file.count)
      var nodes: [ONNXNode] = []
      var tensors: [ONNXTensor] = []
      var indices: [String: Int] = [:]
      var hasGraph = false
      var about = ONNXDescription()
      while let (field, value) = try reader.next() {
        // ModelProto.graph
        guard field == 7 else {
          try about.read(field, value, file)
          continue
        }
        guard !hasGraph else { throw ProtobufReader.Failure(problem: "it has two graphs") }
        hasGraph = true
        try Self.readGraph(file, try value.bytes("the graph"), &nodes, &tensors, &indices)
      }
      guard hasGraph else { throw ProtobufReader.Failure(problem: "it has no graph") }
      (self.nodes, self.tensors, self.indices) = (nodes, tensors, indices)
      metadata = about.pairs + [("graph.nodes", .integer(nodes.count))]
    } catch {
      throw .malformed(path: path, format: .onnx, problem: error.problem)
    }
  }

  package var tensorNames: [String] { tensors.map(\.name) }

  var listing: [TensorListing] {
    tensors.map { tensor in
      let byteCount: Int? =
        switch tensor.content {
        case .raw(_, let range): range.count
        case .decoded(let stored): stored.storage.count
        case .unsupported: nil
        }
      return TensorListing(name: tensor.name, type: tensor.typeName, shape: tensor.shape, byteCount: byteCount)
    }
  }

  /// The initializers by name.
  package var initializers: Initializers { Initializers(file: self) }

  package func tensor(named name: String) -> StoredTensor? {
    guard let index = indices[name] else { return nil }
    switch tensors[index].content {
    case .raw(let elementType, let range):
      return .aligned(elementType, shape: tensors[index].shape, bytes: bytes[range])
    case .decoded(let tensor): return tensor
    case .unsupported: return nil
    }
  }

  package func unsupportedFeature(ofTensor name: String) -> String? {
    guard let index = indices[name], case .unsupported(let feature) = tensors[index].content else { return nil }
    return feature
  }

  /// The initializers of an ONNX file, made when asked for: `raw_data` seldom lies aligned, and is copied then.
  package struct Initializers: Sendable {
    fileprivate let file: ONNXFile

    package var names: [String] { file.tensorNames }
    package var count: Int { file.tensors.count }

    package subscript(name: String) -> StoredTensor? { file.tensor(named: name) }
  }

  private static func readGraph(
    _ file: UnsafeRawBufferPointer, _ range: Range<Int>, _ nodes: inout [ONNXNode], _ tensors: inout [ONNXTensor],
    _ indices: inout [String: Int]
  ) throws(ProtobufReader.Failure) {
    var reader = ProtobufReader(file, range)
    var valueCount = 0
    while let (field, value) = try reader.next() {
      switch field {
      case 1:
        let node = try ONNXNode(file, try value.bytes("a node"))
        valueCount += node.inputs.count + node.outputs.count
        nodes.append(node)
      case 5:
        let tensor = try ONNXTensor(file, try value.bytes("an initializer"))
        guard indices.updateValue(tensors.count, forKey: tensor.name) == nil else {
          throw ProtobufReader.Failure(problem: "initializer '\(tensor.name)' occurs twice")
        }
        tensors.append(tensor)
      default: break
      }
      guard nodes.count <= maximumNodes, tensors.count <= maximumNodes, valueCount <= maximumValues else {
        throw ProtobufReader.Failure(
          problem: "more than \(maximumNodes) nodes or initializers, or \(maximumValues) values")
      }
    }
  }
}
