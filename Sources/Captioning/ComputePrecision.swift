package import ImageEncoding
import PrefixMapping
package import Tensors
package import TextDecoding

/// The precision of products with a captioner's frozen matrices. Norms, softmax, activations and sums are always in
/// f32.
///
/// The result for a photo in a batch does not depend on the other photos, nor on their number. A single photo uses the
/// decoder's matrices as they are stored, with sums in another order, and the mapper's in f32.
package enum ComputePrecision: String, Sendable, Codable, CaseIterable {
  /// The fastest on this processor that costs hardly any quality: 8 bits where it has instructions for them.
  case auto
  /// Every product in f32: what the reference implementation computes.
  case f32
  /// Products in bfloat16, except that single photos use the decoder's and the mapper's matrices as they are stored.
  case bf16
  /// Products of the encoder and of the decoder in 8 bits.
  case int8

  /// The precision of the encoder's matrices; `nil` does not pack them.
  ///
  /// - Parameter isBatch: whether there are many photos; for one or two, packing in f32 takes longer than it saves.
  func encoder(isBatch: Bool) -> MatrixPrecision? {
    switch self {
    case .f32: isBatch ? .f32 : nil
    case .bf16: .bf16
    case .int8: .int8
    case .auto: MatrixPrecision.hasFastInt8 ? .int8 : MatrixPrecision.hasFastBF16 ? .bf16 : isBatch ? .f32 : nil
    }
  }

  /// The plan of the decoder's matrices.
  ///
  /// - Parameter isBatch: whether copies of matrices, for many rows at once, are worthwhile.
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

  /// The precision of the frozen decoder's matrices in training, forward and backward. The mapper's products are in
  /// f32.
  package var training: MatrixPrecision {
    switch self {
    case .auto: MatrixPrecision.hasFastBF16 ? .bf16 : MatrixPrecision.hasFastInt8 ? .int8 : .f32
    case .f32: .f32
    case .bf16: .bf16
    case .int8: .int8
    }
  }

  /// The plan of the mapper's matrices, which are floats. Packing them takes longer than mapping a single photo.
  func mapper(isBatch: Bool) -> MatrixPlan {
    let isRounded = self == .bf16 || self != .f32 && MatrixPrecision.hasFastBF16
    return MatrixPlan(packed: isBatch ? (isRounded ? .bf16 : .f32) : nil)
  }
}

extension ComputePrecision {
  /// What it means on this processor, for people.
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

  /// Why it means that on this processor.
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
  /// A single part of a captioner, ready to multiply in this precision.
  package func prepared(_ encoder: any VisionEncoder, isBatch: Bool) -> any VisionEncoder {
    self.encoder(isBatch: isBatch).map { encoder.prepared($0) } ?? encoder
  }

  /// As `prepared(_:isBatch:)` for an encoder.
  package func prepared(_ decoder: any TextDecoder, isBatch: Bool) -> any TextDecoder {
    decoder.prepared(self.decoder(isBatch: isBatch))
  }
}

extension Captioner {
  /// The same captioner, with matrices ready to multiply in this precision.
  ///
  /// - Parameter isBatch: whether many captions grow side by side: matrices are copied and packed for that, which takes
  ///   some time and memory.
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

  /// The precision in which the encoder's matrices are to be packed; `nil` where they are not, or are packed already:
  /// matrices that were packed for a single photo serve many.
  func encoderPrecision(toPrepare precision: ComputePrecision, isBatch: Bool) -> MatrixPrecision? {
    guard let encoder = precision.encoder(isBatch: isBatch) else { return nil }
    return extractor.isPrepared(in: encoder) ? nil : encoder
  }
}
