package import ImageEncoding
import PrefixMapping
package import Tensors
package import TextDecoding

/// In what precision a captioner's frozen matrices multiply. Norms, softmax, activations and sums are in f32 in all of them.
///
/// What a batch makes of a photo does not depend on the photos beside it, nor on how many there are. A photo alone meets the
/// decoder's matrices as they are stored, in sums of another order, and the mapper's in f32.
package enum ComputePrecision: String, Sendable, Codable, CaseIterable {
  /// The fastest here that costs hardly any quality: 8 bits where the processor has instructions for them.
  case auto
  /// Every product in f32: what the reference implementation computes.
  case f32
  /// Products in bfloat16, but that single photos meet the decoder's and the mapper's matrices as they are stored.
  case bf16
  /// Products of the encoder and of the decoder in 8 bits.
  case int8

  /// Of the encoder's matrices.
  ///
  /// - Parameter isBatch: for a photo or two, laying them out in f32 takes longer than it spares.
  func encoder(isBatch: Bool) -> MatrixPrecision? {
    switch self {
    case .f32: isBatch ? .f32 : nil
    case .bf16: .bf16
    case .int8: .int8
    case .auto: MatrixPrecision.hasFastInt8 ? .int8 : MatrixPrecision.hasFastBF16 ? .bf16 : isBatch ? .f32 : nil
    }
  }

  /// Of the decoder's matrices.
  ///
  /// - Parameter isBatch: whether copies of matrices, for many rows at once, pay.
  func decoder(isBatch: Bool) -> MatrixPlan {
    switch self {
    case .f32: MatrixPlan(packed: isBatch ? .f32 : nil)
    case .bf16: MatrixPlan(packed: isBatch ? .bf16 : nil)
    case .int8: MatrixPlan(roundsRows: true, packed: isBatch ? .int8 : nil)
    case .auto:
      MatrixPrecision.int8InstructionSet == "portable"
        ? ComputePrecision.f32.decoder(isBatch: isBatch) : ComputePrecision.int8.decoder(isBatch: isBatch)
    }
  }

  /// Of the frozen decoder's matrices in training, both ways. The mapper's products are in f32.
  package var training: MatrixPrecision {
    switch self {
    case .auto: MatrixPrecision.hasFastBF16 ? .bf16 : MatrixPrecision.hasFastInt8 ? .int8 : .f32
    case .f32: .f32
    case .bf16: .bf16
    case .int8: .int8
    }
  }

  /// Of the mapper's matrices, which are of floats. A photo alone is mapped sooner than they are laid out.
  func mapper(isBatch: Bool) -> MatrixPlan {
    let isRounded = self == .bf16 || self != .f32 && MatrixPrecision.hasFastBF16
    return MatrixPlan(packed: isBatch ? (isRounded ? .bf16 : .f32) : nil)
  }
}

extension ComputePrecision {
  /// What it means here, for people.
  package var summary: String {
    "encoder \((encoder(isBatch: true) ?? .f32).rawValue), decoder \((decoder(isBatch: true).packed ?? .f32).rawValue)"
  }

  /// What it means in training, for people.
  package var trainingSummary: String { training.rawValue }

  /// The precision of each part's products: `encoder`, `mapper` and `decoder`.
  package func parts(isBatch: Bool) -> [String: String] {
    let decoder = decoder(isBatch: isBatch)
    let alone: MatrixPrecision = decoder.roundsRows ? .int8 : .f32
    return [
      "encoder": (encoder(isBatch: isBatch) ?? .f32).rawValue,
      "mapper": (mapper(isBatch: isBatch).packed ?? .f32).rawValue,
      "decoder": (decoder.packed ?? alone).rawValue,
    ]
  }

  /// Why it means that here.
  package var reason: String {
    switch self {
    case .f32, .bf16, .int8: "it was asked for"
    case .auto:
      MatrixPrecision.hasFastInt8
        ? "\(MatrixPrecision.int8InstructionSet) multiplies bytes faster than floats"
        : MatrixPrecision.hasFastBF16
          ? "the processor multiplies bfloat16 faster than floats, and has no fast products of bytes"
          : MatrixPrecision.int8InstructionSet == "portable"
            ? "there are no kernels for this processor's vectors but those of f32"
            : "\(MatrixPrecision.int8InstructionSet) multiplies bytes no faster than floats, but the decoder's are fewer to read"
    }
  }
}

extension ComputePrecision {
  /// A part of a captioner by itself, ready to multiply in this precision.
  package func prepared(_ encoder: any VisionEncoder, isBatch: Bool) -> any VisionEncoder {
    self.encoder(isBatch: isBatch).map { encoder.prepared($0) } ?? encoder
  }

  /// As `prepared(_:isBatch:)` of an encoder.
  package func prepared(_ decoder: any TextDecoder, isBatch: Bool) -> any TextDecoder {
    decoder.prepared(self.decoder(isBatch: isBatch))
  }
}

extension Captioner {
  /// The same captioner, its matrices made ready to multiply in this precision.
  ///
  /// - Parameter isBatch: whether many captions grow side by side: matrices are copied and laid out for that, which takes a
  ///   moment and memory.
  /// - Throws: `OutOfMemory`.
  package func prepared(_ precision: ComputePrecision, isBatch: Bool) throws(OutOfMemory) -> Captioner {
    try requireMemory(toPrepare: precision, isBatch: isBatch)
    if isBatch { BufferPool.shared.setLimit(BufferPool.batchLimit) }
    var prepared = self
    if let encoder = encoderPrecision(toPrepare: precision, isBatch: isBatch) {
      prepared.extractor = extractor.prepared(encoder)
    }
    prepared.mapper = mapper.prepared(precision.mapper(isBatch: isBatch))
    prepared.decoder = precision.prepared(decoder, isBatch: isBatch)
    return prepared
  }

  /// In what precision the encoder's matrices are to be laid out; `nil` where they are not, or are already: what was laid out
  /// for a photo alone serves many.
  func encoderPrecision(toPrepare precision: ComputePrecision, isBatch: Bool) -> MatrixPrecision? {
    guard let encoder = precision.encoder(isBatch: isBatch) else { return nil }
    return extractor.isPrepared(in: encoder) ? nil : encoder
  }
}
