/// Two linear layers with a GELU between them.
public struct MLP: Sendable {
  public let up: Linear
  public let down: Linear

  public init(up: Linear, down: Linear) {
    self.up = up
    self.down = down
  }

  public func callAsFunction(_ x: Variable, dropout: Dropout = .none) -> Variable {
    down(dropout(up(x, activation: .gelu)))
  }

  /// The hidden layer after its activation, `[…, up.outputs]`, for whoever applies `down` with a scaled residual.
  public func hidden(_ x: Tensor) -> Tensor { up(x, activation: .gelu) }

  /// The same, frozen: see `Linear.prepared(_:)`.
  public func prepared(_ plan: MatrixPlan) -> MLP { MLP(up: up.prepared(plan), down: down.prepared(plan)) }
}

/// The gated MLP of Llama: `down(silu(gate(x)) * up(x))` (SwiGLU, Shazeer 2020).
public struct GatedMLP: Sendable {
  public let gate: Linear
  public let up: Linear
  public let down: Linear

  public init(gate: Linear, up: Linear, down: Linear) {
    self.gate = gate
    self.up = up
    self.down = down
  }

  public func callAsFunction(_ x: Variable) -> Variable {
    down(Linear.concatenated([gate, up], x).siluGated())
  }

  /// The same, frozen: see `Linear.prepared(_:)`.
  public func prepared(_ plan: MatrixPlan) -> GatedMLP {
    GatedMLP(gate: gate.prepared(plan), up: up.prepared(plan), down: down.prepared(plan))
  }
}
