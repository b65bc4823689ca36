#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Width and height in pixels.
package struct ImageSize: Sendable, Hashable, CustomStringConvertible {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  package var description: String { "\(width)×\(height)" }

  /// The size with width and height exchanged.
  var transposed: ImageSize { ImageSize(width: height, height: width) }
}

/// An opaque colour, 8 bits a channel.
package struct RGBColor: Sendable, Hashable, Codable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  package static let white = RGBColor(red: 255, green: 255, blue: 255)
  package static let black = RGBColor(red: 0, green: 0, blue: 0)
}

/// An image of interleaved red, green and blue bytes, `[height, width, 3]`, rows top to bottom without padding.
///
/// Immutable, so copies share their pixels.
package struct RGBImage: Sendable {
  package let size: ImageSize
  let storage: PixelStorage

  package var width: Int { size.width }
  package var height: Int { size.height }

  /// - Precondition: sides are positive and `pixels.count == width * height * 3`.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    self.init(size: ImageSize(width: width, height: height)) { destination in
      precondition(pixels.count == destination.count, "\(pixels.count) bytes for \(width)×\(height) pixels")
      pixels.withUnsafeBytes { UnsafeMutableRawBufferPointer(destination).copyMemory(from: $0) }
    }
  }

  /// An image whose every byte `fill` sets.
  init(size: ImageSize, fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
    guard let storage = PixelStorage(size: size) else {
      preconditionFailure("no memory for an image of \(size) pixels")
    }
    fill(storage.bytes)
    self.init(size: size, storage: storage)
  }

  init(size: ImageSize, storage: PixelStorage) {
    precondition(storage.bytes.count == size.width * size.height * 3, "storage does not fit \(size)")
    self.size = size
    self.storage = storage
  }

  /// A copy of all bytes.
  package var pixels: [UInt8] { withUnsafePixels { Array($0) } }

  package func withUnsafePixels<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(storage) { try body(UnsafeBufferPointer(storage.bytes)) }
  }
}

extension RGBImage: Equatable {
  package static func == (left: RGBImage, right: RGBImage) -> Bool {
    left.size == right.size
      && (left.storage === right.storage
        || left.withUnsafePixels { pixels in right.withUnsafePixels { pixels.elementsEqual($0) } })
  }
}

/// The memory of one image: written by the code that makes it, read only from then on.
final class PixelStorage: @unchecked Sendable {
  // Unchecked: nobody writes after the image that holds it was made.

  /// Bytes that may be read past the end, so that the resampler can load whole vectors.
  static let slack = 16

  let bytes: UnsafeMutableBufferPointer<UInt8>

  /// Uninitialised memory for `size.width * size.height` pixels; `nil` where that much cannot be had.
  init?(size: ImageSize) {
    guard size.width > 0, size.height > 0 else { return nil }
    let (pixels, isTooLarge) = size.width.multipliedReportingOverflow(by: size.height)
    guard !isTooLarge, pixels < Int.max / 4, let memory = malloc(pixels * 3 + Self.slack) else { return nil }
    bytes = UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: UInt8.self), count: pixels * 3)
  }

  deinit { free(bytes.baseAddress) }
}
