package import Captioning
package import ImageEncoding
import ModelFiles
import PrefixMapping
package import Tensors
package import TextDecoding

/// The steps of a captioner, for many images.
package struct CaptionerSteps: CaptioningSteps {
  private let captioner: Captioner
  private let imageDecoder: ImageDecoder
  private let options: GenerationOptions

  /// - Parameter captioner: prepared for batches, where it is to generate.
  package init(_ captioner: Captioner, imageDecoder: ImageDecoder, options: GenerationOptions) {
    self.captioner = captioner
    self.imageDecoder = imageDecoder
    self.options = options
  }

  package func decodedByteCount(_ bytes: [UInt8], named name: String) throws(ImageDecodingError) -> Int {
    let size = try imageDecoder.header(bytes, named: name).size
    let (pixels, isOverflow) = size.width.multipliedReportingOverflow(by: size.height)
    // The decoder refuses it before it takes any memory.
    if isOverflow || pixels > imageDecoder.options.maximumPixels { return 0 }
    // Three bytes a pixel, and as much again for a rotated copy or a codec's own picture.
    return 6 * pixels
  }

  package func prepare(
    _ bytes: [UInt8], named name: String, wantsThumbnail: Bool
  ) throws(ImageDecodingError) -> PreparedImage {
    let preprocessing = captioner.extractor.preprocessing
    let decoded = try imageDecoder.decode(bytes, named: name, targetFor: preprocessing.scaledSize)
    return PreparedImage(
      pixels: try preprocessing.pixels(of: decoded, named: name), size: decoded.originalSize,
      warnings: decoded.warnings,
      // An image without a thumbnail can be captioned anyway.
      thumbnail: wantsThumbnail ? try? decoded.image.thumbnail().jpeg() : nil)
  }

  package func features(of pixels: [ImagePixels]) throws -> [Tensor] {
    try captioner.extractor.features(of: pixels).items(shape: captioner.extractor.shape)
  }

  package func prefixes(of features: [Tensor]) throws -> [Prefix] {
    try captioner.mapper.prefixes(Tensor.stacked(features), decoder: captioner.decoder)
  }

  package func views(of features: [Tensor]) -> [PhotoView?] {
    captioner.confidenceModel == nil ? features.map { _ in nil } : captioner.views(of: Tensor.stacked(features))
  }

  package func makeGeneration() throws -> any CaptionGeneration {
    CaptionerGeneration(captioner: captioner, generation: try captioner.makeGeneration(options: options))
  }
}

extension Tensor {
  /// `[items, …]` → each item by itself.
  fileprivate func items(shape: [Int]) -> [Tensor] {
    let size = shape.reduce(1, *)
    let flat = reshaped([count / size, size])
    return (0..<flat.rows).map { flat.rows($0..<$0 + 1).reshaped(shape) }
  }
}

private struct CaptionerGeneration: CaptionGeneration {
  let captioner: Captioner
  var generation: any SequenceGeneration
  private var views: [Int: PhotoView] = [:]

  init(captioner: Captioner, generation: any SequenceGeneration) {
    self.captioner = captioner
    self.generation = generation
  }

  var rowCount: Int { generation.rowCount }

  mutating func add(id: Int, prefix: Prefix, view: PhotoView?) throws {
    try generation.add(id: id, prefix: prefix)
    views[id] = view
  }

  mutating func step() throws -> [(id: Int, result: Result<GeneratedCaption, GenerationError>)] {
    try generation.step().map { row in
      let view = views.removeValue(forKey: row.id)
      let caption = row.result.map {
        GeneratedCaption(
          text: captioner.text(of: $0), judgement: captioner.judgement(of: $0, view: view),
          finishReason: $0.finishReason)
      }
      return (row.id, caption)
    }
  }
}
