/// Two linear layers with a GELU between them.
public struct MLP: Sendable {
  public let up: Linear
  public let down: Linear

  public init(up: Linear, down: Linear) {
    self.up = up
    self.down = down
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { down(hidden(x)) }

  /// The hidden layer after its activation, `[…, up.outputs]`, for whoever applies `down` with a scaled residual.
  public func hidden(_ x: Tensor) -> Tensor { up(x, activation: .gelu) }
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

  public func callAsFunction(_ x: Tensor) -> Tensor {
    down(Linear.concatenated([gate, up], x).siluGated())
  }
}
