import CImageCodecs

extension RGBImage {
  /// The longest side that libjpeg allows, in pixels.
  package static let longestJPEGSide = 65_500

  /// The image as a baseline JPEG file, its colours at half the resolution (4:2:0), without EXIF or colour profile.
  ///
  /// - Parameter quality: libjpeg's, from 1 to 100. At 75 a photo of 240 × 180 pixels takes about 8 kB.
  package func jpeg(quality: Int = 75) throws(JPEGEncodingError) -> [UInt8] {
    precondition((1...100).contains(quality), "a JPEG's quality is from 1 to 100, not \(quality)")
    guard width <= Self.longestJPEGSide, height <= Self.longestJPEGSide else { throw .tooLarge(size) }
    let (width, height) = (UInt32(width), UInt32(height))
    let (report, bytes) = withUnsafePixels { pixels in
      // Temporary memory, so that what is kept afterwards is no longer than the file.
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: imageCodecJPEGCapacity(width, height)) { room in
        var count = 0
        let report = imageCodecEncodeJPEG(
          pixels.baseAddress, width, height, Int32(quality), room.baseAddress, room.count, &count)
        return (report, Array(room.prefix(count)))
      }
    }
    switch report.status {
    case ImageCodecStatusOK: return bytes
    case ImageCodecStatusOutOfMemory: throw .outOfMemory(size)
    default:
      throw .failed(
        withUnsafeBytes(of: report.message) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
  }
}
