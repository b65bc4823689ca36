package import Captioning
package import ImageEncoding
package import Tensors
package import TextDecoding

/// What the stages need of a captioner.
package protocol CaptioningSteps: Sendable {
  /// The approximate number of bytes that decoding takes, from the file's header.
  ///
  /// - Throws: `ImageDecodingError` where the header alone refuses the image.
  func decodedByteCount(_ bytes: [UInt8], named name: String) throws(ImageDecodingError) -> Int

  /// - Parameter wantsThumbnail: whether a thumbnail is wanted, too.
  func prepare(
    _ bytes: [UInt8], named name: String, wantsThumbnail: Bool
  ) throws(ImageDecodingError) -> PreparedImage

  /// Features of each image.
  ///
  /// - Parameter pixels: at least one image.
  func features(of pixels: [ImagePixels]) throws -> [Tensor]

  /// A prefix of each image.
  ///
  /// - Parameter features: `[tokens, width]` or `[numbers]` each, at least one.
  func prefixes(of features: [Tensor]) throws -> [Prefix]

  /// The confidence model's view of each image; `nil` where the captioner has no such model.
  ///
  /// - Parameter features: as for `prefixes(of:)`.
  func views(of features: [Tensor]) -> [PhotoView?]

  func makeGeneration() throws -> any CaptionGeneration
}

extension CaptioningSteps {
  package func views(of features: [Tensor]) -> [PhotoView?] { features.map { _ in nil } }
}

/// Pixels as the encoders want them.
package struct PreparedImage: Sendable {
  package var pixels: ImagePixels
  /// The size of the original image, upright.
  package var size: ImageSize
  /// The problems of an image that could be read anyway.
  package var warnings: [String]
  /// The thumbnail, a JPEG.
  package var thumbnail: [UInt8]?

  package init(pixels: ImagePixels, size: ImageSize, warnings: [String] = [], thumbnail: [UInt8]? = nil) {
    self.pixels = pixels
    self.size = size
    self.warnings = warnings
    self.thumbnail = thumbnail
  }
}

/// Captions that are generated together; an image may join at any time.
package protocol CaptionGeneration {
  /// The number of images in it.
  var rowCount: Int { get }

  /// - Parameter view: as `CaptioningSteps.views(of:)` gave it.
  mutating func add(id: Int, prefix: Prefix, view: PhotoView?) throws

  /// Generates one more token for every image.
  ///
  /// - Returns: the images that are finished.
  mutating func step() throws -> [(id: Int, result: Result<GeneratedCaption, GenerationError>)]
}

package struct GeneratedCaption: Sendable, Equatable {
  package var text: String
  package var judgement: CaptionJudgement
  package var finishReason: FinishReason?

  package init(text: String, judgement: CaptionJudgement, finishReason: FinishReason? = nil) {
    self.text = text
    self.judgement = judgement
    self.finishReason = finishReason
  }
}
