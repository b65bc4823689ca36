import ArgumentParser
import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import Tensors
import TextDecoding

/// Compares encoders and decoders with their references' results, in f32; not meant for users: `Tools/check-parity`.
struct DebugParityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug-parity",
    abstract: "Compare models with the tensors of their references.",
    discussion: """
      Each FOLDER holds a model (config.json with its weights; or model.gguf; or both, of the same numbers) and \
      reference.safetensors, with the keys that Fixtures/decoders/SCHEMA.md and Fixtures/vit-tiny/SCHEMA.md name; what is \
      not in it is not compared. Prints a row of a Markdown table for each model: the largest difference of every kind of \
      tensor and the largest number there. Exit code 1 where a difference is above --limit, as a share of the largest \
      number or of 1, or where greedy tokens are others.
      """,
    shouldDisplay: false)

  @Argument(help: "Folders of models.") var folders: [String]
  @Option(help: "The largest difference that passes.") var limit: Float = 1e-4
  @Option(help: "Threads to compute with; 0 uses every processor.") var threads = 0
  @Flag(help: "Matrices laid out for many rows, as batches multiply them.") var batch = false

  func run() throws {
    try Failure.exiting {
      Threads.use(threads)
      var tables: [(columns: [String], rows: [ParityRow])] = [
        (ParityRow.encoderColumns, []), (ParityRow.decoderColumns, []),
      ]
      for folder in folders {
        let reference = try ReferenceTensors(path: Path.join(folder, "reference.safetensors"))
        if reference.names.contains("input_ids") {
          tables[1].rows += try decoderRows(folder, reference)
        } else {
          tables[0].rows.append(try encoderRow(folder, reference))
        }
      }
      for table in tables where !table.rows.isEmpty {
        try StandardOutput.write(ParityRow.markdown(table.rows, columns: table.columns) + "\n")
      }
      let failed = tables.flatMap(\.rows).filter { !$0.holds(limit: limit) }
      if !failed.isEmpty {
        writeToStandardError("caption: not within \(limit): \(failed.map(\.name).joined(separator: ", "))\n")
        throw ExitCode.failure
      }
    }
  }

  private func name(_ folder: String) -> String {
    String(folder.split(separator: "/").last ?? Substring(folder))
  }

  private func encoderRow(_ folder: String, _ reference: ReferenceTensors) throws -> ParityRow {
    let family = try EncoderFamily.family(ofDirectory: folder)
    var encoder = try EncoderFamily.load(family, from: folder)
    if batch { encoder = encoder.prepared(.f32) }
    var row = ParityRow(name: name(folder), family: family)
    for key in reference.names where key.hasPrefix("pixels_") {
      let size = key.dropFirst("pixels_".count)
      let states = try encoder.hiddenStates(reference(key), numbers: Set(0...encoder.layers))
      for (number, state) in states {
        row.compare("hidden states", state, reference.ifPresent("hidden_state_\(number)_\(size)"))
      }
      guard let last = states[encoder.layers] else { continue }
      row.compare(
        "last hidden state", encoder.lastHiddenState(of: last), reference.ifPresent("last_hidden_state_\(size)"))
      for output in [EncoderOutput.pooled, .projected, .logits] {
        guard let found = encoder.output(output, of: last) else { continue }
        row.compare(output.rawValue, found, reference.ifPresent("\(output.rawValue)_\(size)"))
      }
    }
    return row
  }

  /// The rows of the Hugging Face directory and of the GGUF file, as far as these are there.
  private func decoderRows(_ folder: String, _ reference: ReferenceTensors) throws -> [ParityRow] {
    let gguf = Path.join(folder, "model.gguf")
    var paths: [(path: String, suffix: String)] = []
    if FileManager.default.fileExists(atPath: Path.join(folder, "config.json")) { paths.append((folder, "")) }
    if FileManager.default.fileExists(atPath: gguf) { paths.append((gguf, ", GGUF")) }
    return try paths.map { path, suffix in
      let family = try DecoderFamily(path: path)
      var decoder = try family.open(path: path)
      if batch { decoder = decoder.prepared(MatrixPlan(packed: .f32)) }
      var row = ParityRow(name: name(folder) + suffix, family: family.rawValue)
      try compare(decoder, with: reference, in: &row)
      return row
    }
  }

  private func compare(
    _ decoder: TransformerDecoder, with reference: ReferenceTensors, in row: inout ParityRow
  ) throws {
    let ids = try reference.rows("input_ids")
    try row.compare(
      "logits", logits(decoder, ids, prefixes: ids.map { _ in nil }), reference.ifPresent("logits"))
    if let all = reference.ifPresent("prefix") {
      let prefixes = ids.indices.map { Prefix(keysValues: all.item($0)) }
      try row.compare(
        "logits after a prefix", logits(decoder, ids, prefixes: prefixes), reference.ifPresent("logits_after_prefix"))
      try row.compare(
        "gradient by prefix",
        gradient(by: all) { try decoder.loss(of: $0, prefixes: $1, labelSmoothing: 0, divisor: nil) },
        reference.ifPresent("prefix_gradient"))
      if let expected = try reference.rowsIfPresent("greedy_ids") {
        let found = try decoder.generate(
          from: prefixes, startTokens: [1],
          options: GenerationOptions(maximumNewTokens: expected[0].count, stopTokens: [])
        ).map(\.tokens)
        row.count("greedy tokens", zip(expected.joined(), found.joined()).map { $0 == $1 })
      }
    }
    if let prompts = reference.ifPresent("prompt"),
      let expected = reference.ifPresent("logits_after_prompt")
    {
      for index in ids.indices {
        let prefix = try decoder.prefix(ofEmbeddings: prompts.item(index))
        try row.compare(
          "logits after a prompt", logits(decoder, [ids[index].dropLast()], prefixes: [prefix]), expected.item(index))
      }
      try row.compare(
        "gradient by prompt",
        gradient(by: prompts) { try decoder.loss(of: $0, prompts: $1, labelSmoothing: 0, divisor: nil) },
        reference.ifPresent("prompt_gradient"))
    }

    func gradient(by input: Tensor, _ loss: (PackedCaptions, Variable) throws -> Variable) throws -> Tensor {
      let tape = GradientTape()
      let variable = tape.variable(input)
      tape.backward(from: try loss(PackedCaptions(ids.map { [$0] }), variable))
      return variable.gradient ?? Tensor(zeros: input.shape)
    }
  }

  private func logits(_ decoder: TransformerDecoder, _ ids: [[Int]], prefixes: [Prefix?]) throws -> Tensor {
    var cache = try decoder.cache(prefixes: prefixes)
    return decoder.logits(try decoder.hiddenStates(ids, cache: &cache))
  }
}
