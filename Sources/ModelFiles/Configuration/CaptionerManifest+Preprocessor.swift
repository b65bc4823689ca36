extension CaptionerManifest.Preprocessing {
  /// What a Hugging Face image processor's `preprocessor_config.json` says, for those that resize to a size, or resize
  /// the shortest edge and cut out the middle (CLIP, ViT, SigLIP, DINOv2).
  ///
  /// - Throws: `ModelFileError`, also for a processor that does something else.
  public init(preprocessorFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    for key in ["do_resize", "do_rescale", "do_normalize"] { try file.require(key, is: true) }
    let size = try Self.size(file, "size")
    let crop = try file.boolIfPresent("do_center_crop") ?? false ? try Self.size(file, "crop_size") : nil
    switch (size, crop) {
    case (.exactly(let height, let width), nil):
      (self.width, self.height, resizeMode, shortestEdge) = (width, height, "squash", nil)
    case (.shortestEdge(let edge), .exactly(let height, let width)?):
      let isWhole = edge == min(width, height)
      (self.width, self.height, resizeMode, shortestEdge) = (
        width, height, "shortestEdgeCenterCrop", isWhole ? nil : edge
      )
    case (.shortestEdge, nil):
      throw file.invalid("do_center_crop", "is not true: images of different shapes cannot be read by one mapper")
    default: throw file.invalid("crop_size", "does not go with 'size'")
    }
    resample = try Self.filter(file)
    rescaleFactor = try file.positiveFloat("rescale_factor", atMost: 1, default: 1.0 / 255)
    mean = try Self.colours(file, "image_mean")
    std = try Self.colours(file, "image_std")
  }

  private enum Size {
    case exactly(height: Int, width: Int)
    case shortestEdge(Int)
  }

  private static let sides = 1...4096

  private static func size(_ file: JSONConfiguration, _ key: String) throws(ModelFileError) -> Size {
    // Older files have a single number: for `size` the shortest edge, for `crop_size` both sides.
    if case .integer(let side)? = file.value(key) {
      guard sides.contains(side) else { throw file.invalid(key, "is \(side), outside of \(sides)") }
      return key == "size" ? .shortestEdge(side) : .exactly(height: side, width: side)
    }
    guard let size = try file.objectIfPresent(key) else { throw .missingValue(path: file.path, key: key) }
    if try size.integerIfPresent("shortest_edge") != nil {
      return .shortestEdge(try size.integer("shortest_edge", in: sides))
    }
    return .exactly(height: try size.integer("height", in: sides), width: try size.integer("width", in: sides))
  }

  /// Pillow's numbers.
  private static func filter(_ file: JSONConfiguration) throws(ModelFileError) -> String {
    let names = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]
    return names[try file.integer("resample", in: 0...names.count - 1, default: 3)]
  }

  private static func colours(_ file: JSONConfiguration, _ key: String) throws(ModelFileError) -> [Float] {
    guard case .array(let elements)? = file.value(key), elements.count == 3 else {
      throw file.invalid(key, "is no array of three numbers")
    }
    var numbers: [Float] = []
    for element in elements {
      switch element {
      case .integer(let number): numbers.append(Float(number))
      case .number(let number): numbers.append(Float(number))
      default: throw file.invalid(key, "is no array of three numbers")
      }
    }
    return numbers
  }
}
