import ModelFiles
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Prefixes at other positions")
struct PrefixMovingTests {
  private let tokens = [3, 17, 90, 41, 12]
  private let before = [55, 101, 7]

  // Keys are sums of two products of numbers below 4 with a rounded sine and cosine, in the one way twice over: a few units
  // of the last place of 4, which is 5e-7.
  private static let tolerance: Float = 2e-6

  /// Keys of a layer: `[2, length, 16]`.
  private func keys(_ prefix: Prefix, layer: Int = 0) -> Tensor { prefix.keysValues[layer][0] }

  /// The last `count` positions of `[2, length, 16]`.
  private func last(_ count: Int, of tensor: Tensor) -> Tensor {
    let length = tensor.shape[1]
    let values = (0..<2).flatMap { tensor[$0].values[((length - count) * 16)...] }
    return Tensor(values, shape: [2, count, 16])
  }

  @Test("moved keys of the first layer are those computed at these positions", arguments: [nil, "f32"])
  func firstLayer(gguf: String?) throws {
    let model = try TinyLlama.model(gguf: gguf)
    let moved = try model.moved(model.prefix(of: tokens), by: before.count)
    let whole = try model.prefix(of: before + tokens)
    #expect(keys(moved).distance(to: last(tokens.count, of: keys(whole))) < Self.tolerance)
    // They were elsewhere before.
    #expect(try keys(model.prefix(of: tokens)).distance(to: keys(moved)) > 0.1)
  }

  @Test("far away too: the angles are those of the positions themselves")
  func farAway() throws {
    let model = try TinyLlama.model()
    let many = (0..<400).map { $0 * 7 % 160 }
    let moved = try model.moved(model.prefix(of: tokens), by: many.count)
    let whole = try model.prefix(of: many + tokens)
    #expect(keys(moved).distance(to: last(tokens.count, of: keys(whole))) < Self.tolerance)
  }

  @Test("values stay as they are, and what is moved back is what it was")
  func backAndForth() throws {
    let model = try TinyLlama.model()
    let prefix = Prefix(keysValues: .random([3, 2, 2, 5, 16], seed: 2))
    let moved = try model.moved(prefix, by: 9)
    for layer in 0..<3 {
      #expect(moved.keysValues[layer][1].values == prefix.keysValues[layer][1].values)
      #expect(keys(moved, layer: layer).distance(to: keys(prefix, layer: layer)) > 0.1)
    }
    #expect(try model.moved(prefix, by: 0).keysValues.values == prefix.keysValues.values)
  }

  @Test("a rotary embedding of part of a head leaves the rest alone")
  func partialRotary() throws {
    let prefix = Prefix(keysValues: .random([1, 2, 1, 2, 16], seed: 3))
    let moved = prefix.turned(by: 4) { _ in RotaryEmbedding(headDimension: 6, theta: 10_000) }
    let (old, new) = (prefix.keysValues.values, moved.keysValues.values)
    for position in 0..<2 {
      #expect(Array(new[position * 16 + 6..<position * 16 + 16]) == Array(old[position * 16 + 6..<position * 16 + 16]))
      #expect(Array(new[position * 16..<position * 16 + 6]) != Array(old[position * 16..<position * 16 + 6]))
    }
  }

  @Test("joined with nothing, a prefix is itself")
  func joinedWithNothing() throws {
    let model = try TinyLlama.model()
    let prefix = try model.prefix(of: tokens)
    let empty = Prefix(keysValues: Tensor(zeros: [3, 2, 2, 0, 16]))
    for parts in [[prefix], [prefix, empty], [empty, prefix], [empty, prefix, empty]] {
      let joined = try model.concatenation(of: parts)
      #expect(joined.shape == prefix.shape)
      #expect(joined.keysValues.values == prefix.keysValues.values)
    }
    #expect(try model.concatenation(of: []).length == 0)
  }

  @Test("the first layer of joined texts is that of the whole text, whatever the number of parts")
  func joinedTexts() throws {
    let model = try TinyLlama.model()
    let joined = try model.concatenation(of: [before, tokens, [9]].map { try model.prefix(of: $0) })
    let whole = try model.prefix(of: before + tokens + [9])
    #expect(joined.shape == whole.shape)
    #expect(joined.keysValues[0].distance(to: whole.keysValues[0]) < Self.tolerance)
    // Deeper layers have seen their own part only, of which the first saw all that there was.
    for layer in 1..<3 {
      for half in 0..<2 {
        let (ours, theirs) = (joined.keysValues[layer][half], whole.keysValues[layer][half])
        for head in 0..<2 {
          #expect(ours[head].rows(0..<3).distance(to: theirs[head].rows(0..<3)) < 1e-5)
          #expect(ours[head].rows(3..<9).distance(to: theirs[head].rows(3..<9)) > 1e-2)
        }
      }
    }
  }

  @Test("joining takes no prefix of another shape")
  func foreignShape() throws {
    let foreign = Prefix(keysValues: Tensor(zeros: [3, 2, 4, 1, 16]))
    #expect(throws: DecodingError.self) { try TinyLlama.model().concatenation(of: [foreign]) }
  }
}
