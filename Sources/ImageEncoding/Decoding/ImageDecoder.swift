import CImageCodecs
import ModelFiles
import Tensors

/// Decodes JPEG, PNG and WebP to upright, opaque 8-bit RGB.
///
/// The format is recognised by the content. EXIF orientation is applied (JPEG's APP1, PNG's eXIf or text, WebP's EXIF;
/// else that in XMP), colour profiles and gamma are not, as in Pillow's `convert("RGB")`. Of an animated WebP the first
/// frame is decoded.
/// Whatever the bytes are, decoding ends in an image or in an `ImageDecodingError`; no memory in proportion to the
/// image is taken before its size was compared with `maximumPixels`.
package struct ImageDecoder: Sendable {
  package struct Options: Sendable, Equatable {
    /// What transparent pixels lie on.
    package var background = RGBColor.white
    /// The most pixels an image may have. The default is where Pillow refuses, too.
    package var maximumPixels = 178_956_970
    /// The most bytes that are read from a file.
    package var maximumFileBytes = 1 << 30
    /// The most scans that a JPEG may have. Encoders write about ten; each one costs a pass over the image.
    package var maximumScans = 100
    /// The most pixels that all scans of a JPEG together may pass over, so that very large ones may have fewer scans
    /// (but always 16): a file of 350 kB can otherwise ask for seconds of work.
    package var maximumScannedPixels = 4_000_000_000
    /// Decode what there is of a damaged file, with a warning, instead of refusing it.
    package var allowTruncated = false
    /// Decode every JPEG at its full size, also where the target is much smaller.
    package var exactDecode = false
    /// What is done to the image last; `nil` leaves it as it is.
    package var augmentation: ImageAugmentation?

    package init() {}
  }

  package var options: Options

  package init(options: Options = Options()) {
    self.options = options
  }

  /// - Parameters:
  ///   - path: the path of a file; `-` is standard input.
  ///   - target: the size that the image will be resized to, which lets a large JPEG be decoded at a half, a quarter or
  ///     an eighth of its size, as long as that is at least 1.5 times the target both ways.
  package func decode(path: String, target: ImageSize? = nil) throws(ImageDecodingError) -> DecodedImage {
    try decode(path: path) { _ in target }
  }

  /// - Parameter targetFor: maps the image's upright size to the size it will be resized to, such as
  ///   `ImagePreprocessor.scaledSize(of:)`, for resizing that depends on the image.
  package func decode(
    path: String, targetFor: (ImageSize) -> ImageSize?
  ) throws(ImageDecodingError) -> DecodedImage {
    let bytes = try ImageFile.read(path: path, limit: options.maximumFileBytes)
    return try decode(bytes, named: path, targetFor: targetFor)
  }

  /// - Parameters:
  ///   - bytes: the content of a file.
  ///   - name: the name of the file in errors.
  ///   - target: as in `decode(path:target:)`.
  package func decode(
    _ bytes: [UInt8], named name: String, target: ImageSize? = nil
  ) throws(ImageDecodingError) -> DecodedImage {
    try decode(bytes, named: name) { _ in target }
  }

  /// As `decode(path:targetFor:)`, from the content of a file.
  package func decode(
    _ bytes: [UInt8], named name: String, targetFor: (ImageSize) -> ImageSize?
  ) throws(ImageDecodingError) -> DecodedImage {
    let header = try header(bytes, named: name)
    let stored = header.storedSize
    let (pixels, isOverflow) = stored.width.multipliedReportingOverflow(by: stored.height)
    if isOverflow || pixels > options.maximumPixels {
      throw ImageDecodingError(
        file: name, format: header.format,
        cause: .tooManyPixels(width: header.size.width, height: header.size.height, limit: options.maximumPixels))
    }
    let denominator = header.format == .jpeg ? scaleDenominator(of: header, target: targetFor(header.size)) : 1
    let decodedSize = ImageSize(
      width: (stored.width + denominator - 1) / denominator, height: (stored.height + denominator - 1) / denominator)
    // As much again for a rotated copy. Codecs report themselves where they lack memory.
    let byteCount = decodedSize.width * decodedSize.height * 3 * (header.orientation == .upright ? 1 : 2)
    guard Memory.allows(byteCount), let storage = PixelStorage(size: decodedSize) else {
      throw ImageDecodingError(
        file: name, format: header.format,
        cause: .outOfMemory(width: header.size.width, height: header.size.height))
    }
    let scanLimit = min(options.maximumScans, max(options.maximumScannedPixels / pixels, 16))
    var codecOptions = ImageCodecOptions(
      background: (options.background.red, options.background.green, options.background.blue),
      keepsDamaged: options.allowTruncated, maximumScans: Int32(clamping: scanLimit),
      scaleDenominator: UInt32(denominator))
    let codec = Codec(header.format)
    let report = bytes.withUnsafeBufferPointer {
      codec.decode(
        $0.baseAddress, $0.count, &codecOptions, storage.bytes.baseAddress, UInt32(decodedSize.width),
        UInt32(decodedSize.height))
    }
    if let cause = cause(of: report.status, report, size: header.size, scanLimit: scanLimit) {
      throw ImageDecodingError(file: name, format: header.format, cause: cause)
    }
    let warning = cause(of: report.damage, report, size: header.size, scanLimit: scanLimit).map {
      "\(ImageDecodingError(file: name, format: header.format, cause: $0).problem); what is there was decoded"
    }
    let image = RGBImage(size: decodedSize, storage: storage).oriented(header.orientation)
    return DecodedImage(
      image: options.augmentation.map { $0(image, content: FileHash.hash(of: bytes)) } ?? image, format: header.format,
      originalSize: header.size, warnings: warning.map { [$0] } ?? [])
  }

  /// Format, size and orientation of a file.
  package func header(path: String) throws(ImageDecodingError) -> ImageHeader {
    try header(ImageFile.read(path: path, limit: options.maximumFileBytes), named: path)
  }

  /// Format, size and orientation, read without decoding any pixel and whatever the size is.
  package func header(_ bytes: [UInt8], named name: String) throws(ImageDecodingError) -> ImageHeader {
    let format = try ImageFile.format(of: bytes, named: name)
    let codec = Codec(format)
    var header = ImageCodecHeader()
    let report = bytes.withUnsafeBufferPointer { codec.readHeader($0.baseAddress, $0.count, &header) }
    let stored = ImageSize(width: Int(header.width), height: Int(header.height))
    if let cause = cause(of: report.status, report, size: stored, scanLimit: options.maximumScans) {
      throw ImageDecodingError(file: name, format: format, cause: cause)
    }
    guard stored.width > 0, stored.height > 0 else {
      throw ImageDecodingError(file: name, format: format, cause: .corrupt("no pixels"))
    }
    let orientation = bytes.withUnsafeBytes { Self.orientation(in: $0, header, format) }
    return ImageHeader(
      format: format, size: orientation.swapsSides ? stored.transposed : stored, orientation: orientation)
  }

  private static func orientation(
    in bytes: UnsafeRawBufferPointer, _ header: ImageCodecHeader, _ format: ImageFormat
  ) -> EXIFOrientation {
    let exif = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(header.exifOffset).prefix(header.exifCount))
    guard format == .png else {
      return EXIFOrientation(
        exif: exif, xmp: UnsafeRawBufferPointer(rebasing: bytes.dropFirst(header.xmpOffset).prefix(header.xmpCount)))
    }
    let text = PNGText(png: bytes)
    return text.exif.withUnsafeBytes { profile in
      text.xmp.withUnsafeBytes { EXIFOrientation(exif: exif.isEmpty ? profile : exif, xmp: $0) }
    }
  }

  /// The largest of libjpeg's fast scales that leaves 1.5 times the target both ways.
  private func scaleDenominator(of header: ImageHeader, target: ImageSize?) -> Int {
    guard let target, !options.exactDecode else { return 1 }
    let wanted = 1.5 * (options.augmentation == nil ? 1 : ImageAugmentation.enlargement)
    return [8, 4, 2].first { denominator in
      Double(header.size.width / denominator) >= wanted * Double(target.width)
        && Double(header.size.height / denominator) >= wanted * Double(target.height)
    } ?? 1
  }

  /// `nil` where all is well.
  private func cause(
    of status: ImageCodecStatus, _ report: ImageCodecReport, size: ImageSize, scanLimit: Int
  ) -> ImageDecodingError.Cause? {
    let message = withUnsafeBytes(of: report.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return switch status {
    case ImageCodecStatusOK: nil
    case ImageCodecStatusTruncated: .truncated
    case ImageCodecStatusEndMissing: .endMissing
    case ImageCodecStatusUnsupported: .unsupported(message)
    case ImageCodecStatusOutOfMemory: .outOfMemory(width: size.width, height: size.height)
    case ImageCodecStatusTooManyScans: .tooManyScans(limit: scanLimit)
    default: .corrupt(message)
    }
  }
}

/// The C functions of one format.
private struct Codec {
  typealias ReadHeader = (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<ImageCodecHeader>?) -> ImageCodecReport
  typealias Decode = (
    UnsafePointer<UInt8>?, Int, UnsafePointer<ImageCodecOptions>?, UnsafeMutablePointer<UInt8>?, UInt32, UInt32
  ) -> ImageCodecReport

  let readHeader: ReadHeader
  let decode: Decode

  init(_ format: ImageFormat) {
    switch format {
    case .png: (readHeader, decode) = (imageCodecReadPNGHeader, imageCodecDecodePNG)
    case .webp: (readHeader, decode) = (imageCodecReadWebPHeader, imageCodecDecodeWebP)
    default: (readHeader, decode) = (imageCodecReadJPEGHeader, imageCodecDecodeJPEG)
    }
  }
}
