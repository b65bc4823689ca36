import Foundation
import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Gradients of the resampler")
struct ResamplerGradientTests {
  @Test("a block's result and the gradients of its inputs and of every parameter equal PyTorch's")
  func block() throws {
    let reference = try Reference("gradients/resampler_block.safetensors")
    let results: Set = ["out", "grad_out", "queries", "memory"]
    let names = reference.names.filter { !$0.hasPrefix("grad_") && !results.contains($0) }
    #expect(names.count == 18)
    let tape = GradientTape()
    let weights = MemoryTensors(
      Dictionary(uniqueKeysWithValues: try names.map { ($0, try reference.stored($0)) }), tape: tape)
    let block = try ResamplerBlock(weights: WeightReader(weights), width: 16, heads: 2)
    let (queries, memory) = (tape.variable(try reference("queries")), tape.variable(try reference("memory")))
    let out = block(queries, memory: memory, dropout: .none)
    tape.backward(from: out.contracted(with: try reference("grad_out")))
    // PyTorch's own float32 is off by up to 3.0e-6 of a tensor's largest value, where sums cancel (SCHEMA.md).
    let tolerance: Float = 1e-5
    #expect(try out.value.relativeDistance(to: reference("out")) < tolerance)
    #expect(try queries.gradient?.relativeDistance(to: reference("grad_queries")) ?? .infinity < tolerance)
    #expect(try memory.gradient?.relativeDistance(to: reference("grad_memory")) ?? .infinity < tolerance)
    for name in names {
      let gradient = try #require(weights.gradient(of: name), "\(name)")
      #expect(try gradient.relativeDistance(to: reference("grad_\(name)")) < tolerance, "\(name)")
    }
  }

  @Test("dropout changes the prefix that is trained, the same seed alike, and none that is not")
  func dropout() throws {
    let path = Fixture.url("resampler-tiny/mapper.safetensors").path(percentEncoded: false)
    let file = try SafetensorsFile(path: path)
    let tensors = Dictionary(
      uniqueKeysWithValues: file.tensorNames.compactMap { name in
        file.tensor(named: name).map { (name, $0) }
      })
    let features = try Reference("resampler-tiny/reference.safetensors")("features")
    func prefix(_ dropout: Dropout) throws -> Tensor {
      let tape = GradientTape()
      let mapper = try Resampler(
        file: MemoryTensors(tensors, tape: tape, frozen: ["mean", "std"]), heads: 2, tokenGroups: [7, 1, 1, 1])
      return withExtendedLifetime(tape) { mapper.keysValues(features, dropout: dropout).value }
    }
    let plain = try prefix(.none)
    let dropped = try prefix(Dropout(probability: 0.1, seed: 3))
    #expect(dropped.distance(to: plain) > 0.01)
    #expect(try prefix(Dropout(probability: 0.1, seed: 3)).distance(to: dropped) < 1e-5)
    #expect(try prefix(Dropout(probability: 0.1, seed: 4)).distance(to: dropped) > 0.01)
    // Attention is computed otherwise for constants, by sums in another order.
    let frozen = try Resampler(file: file, heads: 2, tokenGroups: [7, 1, 1, 1])
    #expect(frozen.keysValues(features, dropout: .none).value.distance(to: plain) < 1e-5)
  }
}
