/// Two linear layers with an activation between them.
package struct MLP: Sendable {
  package let up: Linear
  package let down: Linear
  package let activation: Activation

  package init(up: Linear, down: Linear, activation: Activation = .gelu) {
    self.up = up
    self.down = down
    self.activation = activation
  }

  package func callAsFunction(_ x: Variable, dropout: Dropout = .none) -> Variable {
    down(dropout(up(x, activation: activation)))
  }

  /// The hidden layer after its activation, `[…, up.outputs]`, for callers that apply `down` with a scaled residual.
  package func hidden(_ x: Tensor) -> Tensor { up(x, activation: activation) }

  /// The same, frozen: see `Linear.prepared(_:)`.
  package func prepared(_ plan: MatrixPlan) -> MLP {
    MLP(up: up.prepared(plan), down: down.prepared(plan), activation: activation)
  }
}

/// The gated MLP of Llama and of Gemma: `down(activation(gate(x)) * up(x))`, SwiGLU with SiLU and GeGLU with GELU (Shazeer
/// 2020).
package struct GatedMLP: Sendable {
  package let gate: Linear
  package let up: Linear
  package let down: Linear
  package let activation: Activation

  package init(gate: Linear, up: Linear, down: Linear, activation: Activation = .silu) {
    self.gate = gate
    self.up = up
    self.down = down
    self.activation = activation
  }

  package func callAsFunction(_ x: Variable) -> Variable {
    down(Linear.concatenated([gate, up], x).gated(by: activation))
  }

  /// The same, frozen: see `Linear.prepared(_:)`.
  package func prepared(_ plan: MatrixPlan) -> GatedMLP {
    GatedMLP(gate: gate.prepared(plan), up: up.prepared(plan), down: down.prepared(plan), activation: activation)
  }
}
