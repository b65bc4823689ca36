import CKernels
import Tensors
import TestSupport
import Testing

/// Each operation's result and gradients against PyTorch's, computed in float64 and rounded; on every instruction set.
@Suite("Gradients of operations against PyTorch")
struct OperationGradientTests {
  /// No sum here has more than 64 terms, and float32 moves a sum of n terms by about √n · 6e-8 of their size
  /// (`Fixtures/gradients/SCHEMA.md`).
  private static let tolerance: Float = 1e-6

  /// - Parameters:
  ///   - inputs: their names in the fixture; the gradient of NAME is `grad_NAME` there.
  private func compare(
    _ name: String, on set: String, _ inputs: [String], _ function: (Reference, [Variable]) throws -> Variable
  ) throws {
    let reference = try Reference("gradients/\(name).safetensors")
    let tensors = try inputs.map { try reference($0) }
    let cotangent = try reference("grad_out")
    let found = try KernelSettings.with(instructionSet: set) {
      try gradients(of: tensors, cotangent: cotangent) { try function(reference, $0) }
    }
    #expect(try found.out.relativeDistance(to: reference("out")) < Self.tolerance, "out")
    for (input, gradient) in zip(inputs, found.gradients) {
      let gradient = try #require(gradient, "\(input)")
      #expect(try gradient.relativeDistance(to: reference("grad_\(input)")) < Self.tolerance, "\(input)")
    }
  }

  @Test("linear", arguments: KernelSettings.instructionSets)
  func linear(set: String) throws {
    try compare("linear", on: set, ["x", "weight", "bias"]) { Linear(weight: $1[1].matrix, bias: $1[2])($1[0]) }
  }

  @Test("layer norm", arguments: KernelSettings.instructionSets)
  func layerNorm(set: String) throws {
    try compare("layer_norm", on: set, ["x", "weight", "bias"]) {
      LayerNorm(weight: $1[1], bias: $1[2], epsilon: 1e-5)($1[0])
    }
  }

  @Test("RMS norm", arguments: KernelSettings.instructionSets)
  func rmsNorm(set: String) throws {
    try compare("rms_norm", on: set, ["x", "weight"]) { RMSNorm(weight: $1[1], epsilon: 1e-5)($1[0]) }
  }

  @Test(
    "attention of all to all, out of one tensor of queries, keys and values", arguments: KernelSettings.instructionSets)
  func selfAttention(set: String) throws {
    let reference = try Reference("gradients/attention_self.safetensors")
    let qkv = Tensor.besides([try reference("q"), try reference("k"), try reference("v")])
    let cotangent = try reference("grad_out")
    let found = KernelSettings.with(instructionSet: set) {
      gradients(of: [qkv], cotangent: cotangent) {
        attention(queries: $0[0], keysValues: $0[0], keyOffset: 24, valueOffset: 48, heads: 3, width: 24)
      }
    }
    #expect(try found.out.relativeDistance(to: reference("out")) < Self.tolerance)
    let gradient = try #require(found.gradients[0])
    for (index, name) in ["q", "k", "v"].enumerated() {
      let part = gradient.columns(24 * index..<24 * (index + 1))
      #expect(try part.relativeDistance(to: reference("grad_\(name)")) < Self.tolerance, "\(name)")
    }
  }

  @Test("attention to another sequence", arguments: KernelSettings.instructionSets)
  func crossAttention(set: String) throws {
    let reference = try Reference("gradients/attention_cross.safetensors")
    let inputs = [try reference("q"), Tensor.besides([try reference("k"), try reference("v")])]
    let cotangent = try reference("grad_out")
    let found = KernelSettings.with(instructionSet: set) {
      gradients(of: inputs, cotangent: cotangent) {
        attention(queries: $0[0], keysValues: $0[1], keyOffset: 0, valueOffset: 24, heads: 3, width: 24)
      }
    }
    #expect(try found.out.relativeDistance(to: reference("out")) < Self.tolerance)
    #expect(try found.gradients[0]?.relativeDistance(to: reference("grad_q")) ?? .infinity < Self.tolerance, "q")
    let keysValues = try #require(found.gradients[1])
    #expect(try keysValues.columns(0..<24).relativeDistance(to: reference("grad_k")) < Self.tolerance, "k")
    #expect(try keysValues.columns(24..<48).relativeDistance(to: reference("grad_v")) < Self.tolerance, "v")
  }

  @Test(
    "activations",
    arguments: [("gelu", Activation.gelu), ("gelu_tanh", .geluTanh), ("gelu_quick", .quickGELU), ("relu", .relu)],
    KernelSettings.instructionSets)
  func activation(activation: (name: String, kind: Activation), set: String) throws {
    try compare(activation.name, on: set, ["x"]) { $1[0].activated(by: activation.kind) }
  }

  @Test("tanh", arguments: KernelSettings.instructionSets)
  func tanh(set: String) throws {
    try compare("tanh", on: set, ["x"]) { $1[0].tanh() }
  }

  @Test(
    "gates", arguments: [("silu_gate", Activation.silu), ("gelu_tanh_gate", .geluTanh)],
    KernelSettings.instructionSets)
  func gate(gate: (name: String, kind: Activation), set: String) throws {
    try compare(gate.name, on: set, ["x"]) { $1[0].gated(by: gate.kind) }
  }

  @Test("embedding of a token that comes several times", arguments: KernelSettings.instructionSets)
  func embedding(set: String) throws {
    try compare("embedding", on: set, ["weight"]) { reference, inputs in
      Linear(weight: inputs[0].matrix).embed(try reference.integers("tokens"))
    }
  }

  @Test("sum of each item and the same rows", arguments: KernelSettings.instructionSets)
  func add(set: String) throws {
    try compare("add", on: set, ["x", "p"]) { $1[0].adding(rowsOf: $1[1]) }
  }

  @Test("scale", arguments: KernelSettings.instructionSets)
  func scale(set: String) throws {
    try compare("scale", on: set, ["x"]) { $1[0].scaled(by: try $0("factor").values[0]) }
  }

  @Test("dropout by a given mask", arguments: KernelSettings.instructionSets)
  func dropout(set: String) throws {
    try compare("dropout", on: set, ["x"]) { reference, inputs in
      inputs[0].multiplied(by: try reference("mask").scaled(by: 1 / 0.9))
    }
  }

  @Test(
    "cross-entropy by hidden states and head", arguments: ["cross_entropy", "cross_entropy_smoothed"],
    KernelSettings.instructionSets)
  func crossEntropy(name: String, set: String) throws {
    let reference = try Reference("gradients/\(name).safetensors")
    let (hidden, head) = (try reference("hidden"), try reference("head"))
    let targets = try reference.integers("targets")
    let found = KernelSettings.with(instructionSet: set) {
      gradients(of: [hidden, head], cotangent: Tensor([1], shape: [])) {
        Linear(weight: $0[1].matrix).crossEntropy(
          $0[0], targets: targets, labelSmoothing: name == "cross_entropy" ? 0 : 0.1)
      }
    }
    #expect(try found.out.reshaped([1]).relativeDistance(to: reference("loss")) < Self.tolerance)
    #expect(try found.gradients[0]?.relativeDistance(to: reference("grad_hidden")) ?? .infinity < Self.tolerance)
    #expect(try found.gradients[1]?.relativeDistance(to: reference("grad_head")) ?? .infinity < Self.tolerance)
  }

  @Test("rotary embedding, its gradient turned back, in both layouts of pairs", arguments: [false, true])
  func rotary(interleaved: Bool) throws {
    let reference = try Reference("gradients/rope.safetensors")
    let x = try reference("x")
    let positions = try reference.integers("positions")
    let (heads, d) = (3, 8)
    let rotations = (0...(positions.max() ?? 0)).map {
      RotaryEmbedding(headDimension: d, theta: 100_000).rotation(position: $0)
    }
    /// Each head with its pairs side by side, as GGUF has them.
    func permuted(_ tensor: Tensor) -> Tensor {
      guard interleaved else { return tensor }
      let values = tensor.values
      return Tensor(
        values.indices.map { values[$0 / d * d + $0 % d / 2 + $0 % 2 * d / 2] }, shape: tensor.shape)
    }
    func rotated(_ tensor: Tensor, inverse: Bool) -> Tensor {
      var tensor = tensor
      tensor.withMutablePointer {
        ck_rotate(
          positions.count, heads, d, d, heads * d, positions.map(Int32.init), rotations.flatMap(\.cosines),
          rotations.flatMap(\.sines), interleaved ? 1 : 0, inverse ? 1 : 0, $0)
      }
      return tensor
    }
    #expect(try rotated(permuted(x), inverse: false).relativeDistance(to: reference("out")) < Self.tolerance)
    let found = try rotated(reference("grad_out"), inverse: true)
    #expect(try found.relativeDistance(to: permuted(reference("grad_x"))) < Self.tolerance)
  }
}
