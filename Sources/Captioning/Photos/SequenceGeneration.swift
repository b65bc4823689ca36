import ModelFiles
package import TextDecoding

/// Sequences of a captioner that grow together; an image joins at any time.
package protocol SequenceGeneration {
  /// The number of images in it.
  var rowCount: Int { get }

  /// - Throws: `OutOfMemory`, `DecodingError`, `GenerationError`; the image is then not added.
  mutating func add(id: Int, prefix: Prefix) throws

  /// Adds a token to the caption of every image.
  ///
  /// - Returns: the images whose captions are finished.
  mutating func step() throws -> [FinishedRow]
}

extension Captioner {
  package func makeGeneration(options: GenerationOptions) throws -> any SequenceGeneration {
    try decoder.sequenceGeneration(self, options: options)
  }
}

extension TextDecoder {
  fileprivate func sequenceGeneration(
    _ captioner: Captioner, options: GenerationOptions
  ) throws -> any SequenceGeneration {
    try DecoderGeneration(decoder: self, captioner: captioner, options: options)
  }
}

private struct DecoderGeneration<Decoder: TextDecoder>: SequenceGeneration {
  private let captioner: Captioner
  private let options: GenerationOptions
  private var generation: ContinuousGeneration<DecoderStepper<Decoder>>

  init(decoder: Decoder, captioner: Captioner, options: GenerationOptions) throws {
    let tokenizer = captioner.tokenizer
    self.captioner = captioner
    self.options = options
    generation = try ContinuousGeneration(
      DecoderStepper(decoder: decoder, cache: decoder.cache(prefixes: [])), options: options,
      tokenBytes: options.stopStrings.isEmpty ? nil : { tokenizer.bytes(of: $0) })
  }

  var rowCount: Int { generation.rowCount }

  mutating func add(id: Int, prefix: Prefix) throws {
    try captioner.requireMemory(toAdd: prefix, besides: rowCount, options: options)
    // The same seed as for an image by itself, so that its caption is the same.
    try generation.add(id: id, startTokens: captioner.manifest.decoder.startTokens, seed: 0) { stepper in
      try stepper.append(prefix)
    }
  }

  mutating func step() throws -> [FinishedRow] { try generation.step() }
}
