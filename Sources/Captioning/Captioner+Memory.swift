import ImageEncoding
import ModelFiles
import Tensors
import TextDecoding

extension Captioner {
  /// A remedy where memory for a model is lacking.
  static let smallerModel = "take a captioner of smaller models"

  /// - Throws: `OutOfMemory` where there is no memory for another caption besides `others`.
  func requireMemory(toAdd prefix: Prefix, besides others: Int, options: GenerationOptions) throws(OutOfMemory) {
    let beams = if case .beam(let width, _, _, _) = options.strategy { width } else { 1 }
    let prompt = manifest.decoder.startTokens.count
    // Most captions are far shorter than the maximum; one that is not, and finds no memory, ends the program.
    let length = prefix.length + prompt + min(options.maximumNewTokens, 256)
    let bytes =
      beams * (decoder.workingBytes(length: length, prompt: prompt) + others * decoder.keyValueBytes(length: length))
    try Memory.require(
      bytes, for: "the keys and values of \(others + 1) caption\(others == 0 ? "" : "s") of \(length) tokens",
      remedy: "ask for fewer with --max-tokens or --beams")
  }

  /// Whether matrices can be packed with `others` bytes left.
  func allowsMemory(toPrepare precision: ComputePrecision, besides others: Int) -> Bool {
    let encoders = precision.encoder(isBatch: true).map { extractor.preparedByteCount($0) } ?? 0
    return Memory.allows(encoders + decoder.preparedByteCount(precision.decoder(isBatch: true)) + others)
  }

  /// - Throws: `OutOfMemory` where matrices cannot be packed.
  func requireMemory(toPrepare precision: ComputePrecision, isBatch: Bool) throws(OutOfMemory) {
    if let encoder = encoderPrecision(toPrepare: precision, isBatch: isBatch) {
      try Memory.require(
        extractor.preparedByteCount(encoder), for: "the encoder's matrices in \(encoder.rawValue)",
        remedy: "\(Self.smallerModel), or --precision int8")
    }
    let plan = precision.decoder(isBatch: isBatch)
    try Memory.require(
      decoder.preparedByteCount(plan), for: "the decoder's matrices in \((plan.packed ?? .f32).rawValue)",
      remedy: "\(Self.smallerModel), or --precision int8")
    if precision.mapper(isBatch: isBatch).packed != nil {
      // Its matrices are stored in at least two bytes per number, and packed in at most four.
      let bytes = (try? InputFile(path: files.mapper).byteCount) ?? 0
      try Memory.require(2 * bytes, for: "the mapper's matrices", remedy: Self.smallerModel)
    }
  }
}
