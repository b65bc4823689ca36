package import Tensors

/// From an image to an encoder's input: resize, crop or pad, rescale, normalise.
///
/// `Codable` as it stands in a captioner's manifest; decoding checks what the precondition of `init` asks.
package struct ImagePreprocessor: Sendable, Equatable {
  /// How an image of any shape comes to the size of the encoder's input.
  package enum ResizeMode: String, Sendable, CaseIterable, Codable {
    /// The whole image; its aspect ratio is given up.
    case squash
    /// The shortest edge to `shortestEdge`, then the middle is cut out (and padded where it is smaller), with the
    /// rounding of transformers' `get_resize_output_image_size(default_to_square=False)` and of the `center_crop` of
    /// its fast image processors (CLIP, DINOv2).
    case shortestEdgeCenterCrop
    /// The whole image as large as it fits, centred on `padColor`, with the rounding of Pillow's `ImageOps.pad`.
    case longestEdgePad
  }

  /// The size of the encoder's input.
  package var size: ImageSize
  package var mode: ResizeMode
  /// For `shortestEdgeCenterCrop`: what the shortest edge becomes before the crop; `nil` is the smaller side of `size`.
  package var shortestEdge: Int?
  package var filter: ResamplingFilter
  /// What a byte is multiplied by; usually 1/255.
  package var rescaleFactor: Double
  /// Subtracted from rescaled red, green and blue.
  package var mean: [Float]
  /// What the difference is divided by.
  package var standardDeviation: [Float]
  package var padColor: RGBColor

  /// The defaults normalise as ImageNet models want it.
  ///
  /// - Precondition: sides and edge are 1...16384, `mean` and `standardDeviation` hold 3 numbers, the latter not 0.
  package init(
    size: ImageSize, mode: ResizeMode = .squash, shortestEdge: Int? = nil, filter: ResamplingFilter = .bicubic,
    rescaleFactor: Double = 1 / 255, mean: [Float] = [0.485, 0.456, 0.406],
    standardDeviation: [Float] = [0.229, 0.224, 0.225], padColor: RGBColor = .black
  ) {
    self.size = size
    self.mode = mode
    self.shortestEdge = shortestEdge
    self.filter = filter
    self.rescaleFactor = rescaleFactor
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.padColor = padColor
    if let problem { preconditionFailure(problem) }
  }

  /// What is wrong with the settings; `nil` where all of them can work.
  var problem: String? {
    let sides = 1...16384
    if !sides.contains(size.width) || !sides.contains(size.height) { return "size \(size) is not within \(sides)" }
    if let shortestEdge, !sides.contains(shortestEdge) { return "shortestEdge \(shortestEdge) is not within \(sides)" }
    if !rescaleFactor.isFinite { return "rescaleFactor is not finite" }
    if mean.count != 3 || !mean.allSatisfy(\.isFinite) { return "mean is not three finite numbers" }
    if standardDeviation.count != 3 || !standardDeviation.allSatisfy({ $0.isFinite && $0 != 0 }) {
      return "standardDeviation is not three finite numbers other than 0"
    }
    return nil
  }

  /// - Returns: `[3, height, width]`, each number `(byte * rescaleFactor - mean) / standardDeviation`, rounded to
  ///   single precision after every step, as NumPy and PyTorch do.
  package func callAsFunction(_ image: RGBImage) -> Tensor {
    var tensor = Tensor(uninitialized: [3, size.height, size.width])
    let tables = (0..<3).map { channel in
      (0..<256).map { (Float(Double($0) * rescaleFactor) - mean[channel]) / standardDeviation[channel] }
    }
    let pixelCount = size.width * size.height
    resized(image).withUnsafePixels { pixels in
      tensor.withUnsafeMutableBuffer { output in
        for channel in 0..<3 {
          tables[channel].withUnsafeBufferPointer { table in
            guard let table = table.baseAddress, let pixels = pixels.baseAddress, let output = output.baseAddress
            else { return }
            let plane = output + channel * pixelCount
            for index in 0..<pixelCount { plane[index] = table[Int(pixels[3 * index + channel])] }
          }
        }
      }
    }
    return tensor
  }

  /// The image at `size`, as the encoder sees it before it becomes numbers.
  package func resized(_ image: RGBImage) -> RGBImage {
    switch mode {
    case .squash:
      return image.resized(width: size.width, height: size.height, filter: filter)
    case .shortestEdgeCenterCrop:
      let scaled = scaledSize(of: image.size)
      let (columns, left) = Self.centered(size.width, in: scaled.width)
      let (rows, top) = Self.centered(size.height, in: scaled.height)
      let part = image.resized(to: scaled, columns: columns, rows: rows, filter: filter)
      return part.padded(to: size, left: left, top: top, color: padColor)
    case .longestEdgePad:
      let scaled = scaledSize(of: image.size)
      let part = image.resized(width: scaled.width, height: scaled.height, filter: filter)
      // Python's `round` takes halves to the even neighbour.
      let left = Int((Double(size.width - scaled.width) * 0.5).rounded(.toNearestOrEven))
      let top = Int((Double(size.height - scaled.height) * 0.5).rounded(.toNearestOrEven))
      return part.padded(to: size, left: left, top: top, color: padColor)
    }
  }

  /// What an image of `original` size is resized to, before crop or padding: the `target` for `ImageDecoder`.
  package func scaledSize(of original: ImageSize) -> ImageSize {
    switch mode {
    case .squash:
      return size
    case .shortestEdgeCenterCrop:
      let edge = shortestEdge ?? min(size.width, size.height)
      let short = min(original.width, original.height)
      let long = Int(Double(edge * max(original.width, original.height)) / Double(short))
      return original.width <= original.height
        ? ImageSize(width: edge, height: long) : ImageSize(width: long, height: edge)
    case .longestEdgePad:
      let ratio = Double(original.width) / Double(original.height)
      let box = Double(size.width) / Double(size.height)
      if ratio > box {
        let height = Double(original.height) / Double(original.width) * Double(size.width)
        return ImageSize(width: size.width, height: max(Int(height.rounded(.toNearestOrEven)), 1))
      }
      if ratio < box {
        return ImageSize(
          width: max(Int((ratio * Double(size.height)).rounded(.toNearestOrEven)), 1), height: size.height)
      }
      return size
    }
  }

  /// The middle `wanted` of `available` places and how many are missing before them.
  private static func centered(_ wanted: Int, in available: Int) -> (range: Range<Int>, missingBefore: Int) {
    if wanted > available { return (0..<available, (wanted - available) / 2) }
    let start = (available - wanted) / 2
    return (start..<start + wanted, 0)
  }
}

extension RGBImage {
  /// The image on a larger canvas of one colour.
  func padded(to canvas: ImageSize, left: Int, top: Int, color: RGBColor) -> RGBImage {
    if canvas == size { return self }
    return withUnsafePixels { source in
      RGBImage(size: canvas) { destination in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        for index in 0..<canvas.width * canvas.height {
          to[3 * index] = color.red
          to[3 * index + 1] = color.green
          to[3 * index + 2] = color.blue
        }
        for row in 0..<height {
          (to + 3 * ((top + row) * canvas.width + left)).update(from: from + 3 * row * width, count: 3 * width)
        }
      }
    }
  }
}
