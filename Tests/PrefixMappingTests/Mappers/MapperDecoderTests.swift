import Foundation
import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

/// The resampler through the frozen decoder, two images with three captions each.
@Suite("Mapper and decoder")
struct MapperDecoderTests {
  private static func path(_ name: String) -> String { Fixture.url(name).path(percentEncoded: false) }

  private static func decoder(_ name: String) throws -> TransformerDecoder {
    if name == "mapper_decoder" {
      let configuration = try LlamaConfiguration(jsonFile: path("llama-tiny/config.json"))
      let weights = WeightReader(try openWeights(directory: path("llama-tiny")))
      return try TransformerDecoder(llama: configuration, weights: weights, names: .huggingFace)
    }
    let file = try GGUFFile(path: path("llama-tiny/model-q4_1.gguf"))
    return try TransformerDecoder(llama: LlamaConfiguration(file), weights: WeightReader(file), names: .gguf)
  }

  private static func captions(_ reference: Reference) throws -> PackedCaptions {
    let (tokens, lengths) = (try reference.integers("tokens"), try reference.integers("lengths"))
    var first = 0
    let captions = lengths.map { length in
      defer { first += length }
      return Array(tokens[first..<first + length])
    }
    return PackedCaptions([Array(captions[..<3]), Array(captions[3...])])
  }

  @Test(
    "loss, prefix and every gradient equal PyTorch's, from Hugging Face and from 4-bit GGUF weights",
    arguments: ["mapper_decoder", "mapper_decoder_q4_1"], [false, true])
  func gradients(name: String, unpacked: Bool) throws {
    let reference = try Reference("gradients/\(name).safetensors")
    let mapperFile = try SafetensorsFile(path: Self.path("resampler-tiny/mapper.safetensors"))
    // As training holds them: F16 values, in 32 bits.
    let tensors = mapperFile.tensorNames.compactMap { name in
      mapperFile.tensor(named: name).map { (name, $0.toFloat32().stored) }
    }
    let tape = GradientTape()
    let constants: Set = ["mean", "std"]
    let weights = MemoryTensors(Dictionary(uniqueKeysWithValues: tensors), tape: tape, frozen: constants)
    let mapper = try Resampler(file: weights, heads: 2, tokenGroups: [7, 1, 1, 1])
    let stored = try Self.decoder(name)
    let decoder = unpacked ? stored.prepared(.training(.f32)) : stored

    let mapped = mapper.keysValues(try reference("features"), dropout: .none)
    // The mapper's prefix apart, so that its gradient stays to be read.
    let upper = GradientTape()
    let prefix = upper.variable(mapped.value)
    let loss = try decoder.loss(of: Self.captions(reference), prefixes: prefix, labelSmoothing: 0.1, divisor: nil)
    upper.backward(from: loss)
    let prefixGradient = try #require(prefix.gradient)
    tape.backward(from: mapped.contracted(with: prefixGradient))

    // PyTorch's own float32 is off by 1.2e-7 in the loss, 1.5e-7 in the prefix (SCHEMA.md): sums in another order.
    #expect(try abs(loss.value.values[0] - reference("loss").values[0]) < 1e-6 * loss.value.values[0])
    #expect(try mapped.value.relativeDistance(to: reference("prefix")) < 1e-6)
    // And by 7.0e-6 in the gradients.
    #expect(try prefixGradient.relativeDistance(to: reference("grad_prefix")) < 1e-5)
    for (name, _) in tensors where !constants.contains(name) {
      let gradient = try #require(weights.gradient(of: name), "\(name)")
      let distance = try gradient.relativeDistance(to: reference("grad_\(name)"))
      #expect(distance < 1e-5, "\(name)")
    }
  }

  @Test("one tape through both gives the gradients of two tapes")
  func oneTape() throws {
    let reference = try Reference("gradients/mapper_decoder.safetensors")
    let file = try SafetensorsFile(path: Self.path("resampler-tiny/mapper.safetensors"))
    let tape = GradientTape()
    let tensors = file.tensorNames.compactMap { name in file.tensor(named: name).map { (name, $0) } }
    // F16 matrices as they are stored: gradients do not ask for 32 bits.
    let weights = MemoryTensors(Dictionary(uniqueKeysWithValues: tensors), tape: tape, frozen: ["mean", "std"])
    let mapper = try Resampler(file: weights, heads: 2, tokenGroups: [7, 1, 1, 1])
    let prefixes = mapper.keysValues(try reference("features"), dropout: .none)
    let loss = try Self.decoder("mapper_decoder").loss(
      of: Self.captions(reference), prefixes: prefixes, labelSmoothing: 0.1, divisor: nil)
    tape.backward(from: loss)
    for name in ["base", "q", "out.weight", "inp.0.weight", "bl.0.ca.in_proj_weight"] {
      let gradient = try #require(weights.gradient(of: name), "\(name)")
      let distance = try gradient.relativeDistance(to: reference("grad_\(name)"))
      #expect(distance < 1e-5, "\(name)")
    }
  }
}
