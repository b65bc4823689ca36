extension CaptionerManifest.Preprocessing {
  /// Reads Hugging Face's `preprocessor_config.json` of the image processors of CLIP, SigLIP, ViT and DINOv2 (which uses
  /// BiT's), as their Pillow versions understand it. Channels become RGB whatever `do_convert_rgb` says.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - modelType: the type in the `config.json` beside it, whose processor's defaults hold where the file names no
  ///     processor.
  /// - Throws: `ModelFileError`; `.invalidValue` names what cannot be honoured.
  package init(preprocessorFile path: String, modelType: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    let defaults = try ProcessorDefaults(file, modelType: modelType)
    try Self.refuseUnknown(file)
    let crop =
      try file.bool("do_center_crop", default: defaults.crop != nil)
      ? try file.size("crop_size", isSquare: true) ?? .sides(width: defaults.crop ?? 224, height: defaults.crop ?? 224)
      : nil
    let size = try file.size("size", isSquare: defaults.crop == nil) ?? defaults.size
    guard try file.bool("do_resize", default: true) else {
      throw file.invalid("do_resize", "is false: encoders here need images of one size")
    }
    switch (size, crop) {
    case (.shortestEdge(let edge), .sides(let width, let height)?):
      guard width <= edge, height <= edge else {
        throw file.invalid("crop_size", "is larger than the shortest edge of \(edge): padding is not supported")
      }
      (self.width, self.height, resizeMode) = (width, height, "shortestEdgeCenterCrop")
      shortestEdge = edge == min(width, height) ? nil : edge
    case (.sides(let width, let height), nil): (self.width, self.height, resizeMode) = (width, height, "squash")
    case (.sides(let width, let height), .sides(let columns, let rows)?) where (width, height) == (columns, rows):
      (self.width, self.height, resizeMode) = (width, height, "squash")
    case (.sides, _):
      throw file.invalid("crop_size", "cuts from an image resized to other width and height, which is not supported")
    case (.shortestEdge, _):
      throw file.invalid("size", "is a shortest edge without do_center_crop: images would differ in size")
    }
    let filters = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]
    resample = filters[try file.integer("resample", in: 0...filters.count - 1, default: defaults.resample)]
    rescaleFactor =
      try file.bool("do_rescale", default: true)
      ? try file.positiveFloat("rescale_factor", atMost: 1e6, default: 1 / 255) : 1
    let normalizes = try file.bool("do_normalize", default: true)
    mean = normalizes ? try file.color("image_mean") ?? defaults.mean : [0, 0, 0]
    std = normalizes ? try file.color("image_std") ?? defaults.std : [1, 1, 1]
    guard std.allSatisfy({ $0 > 0 }) else { throw file.invalid("image_std", "is not above 0") }
  }

  /// Reads the settings in an encoder's directory.
  ///
  /// - Throws: as the other initialiser.
  package init(encoderDirectory directory: String) throws(ModelFileError) {
    try self.init(
      preprocessorFile: Path.join(directory, "preprocessor_config.json"),
      modelType: modelType(configuration: Path.join(directory, "config.json")))
  }

  /// Refuses steps that are not implemented, rather than skipping them.
  private static func refuseUnknown(_ file: JSONConfiguration) throws(ModelFileError) {
    let known = [
      "do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb",
    ]
    for key in file.keys where key.hasPrefix("do_") && !known.contains(key) {
      if try file.boolIfPresent(key) ?? false { throw file.invalid(key, "is true, which is not supported") }
    }
    for key in ["crop_pct", "size_divisor", "pad_size"] where file.keys.contains(key) {
      if try file.floatIfPresent(key) != nil { throw file.invalid(key, "is set, which is not supported") }
    }
  }
}

/// What `size` and `crop_size` say.
private enum ProcessorSize {
  case shortestEdge(Int)
  case sides(width: Int, height: Int)
}

/// What a processor does where its file is silent.
private struct ProcessorDefaults {
  let size: ProcessorSize
  /// The side of the square that is cut out; `nil` cuts nothing.
  let crop: Int?
  /// The filter, by Pillow's numbers.
  let resample: Int
  let mean: [Float]
  let std: [Float]

  private static let half: [Float] = [0.5, 0.5, 0.5]

  init(_ file: JSONConfiguration, modelType: String) throws(ModelFileError) {
    let key =
      try file.stringIfPresent("image_processor_type") != nil ? "image_processor_type" : "feature_extractor_type"
    var name = try file.stringIfPresent(key)
    for suffix in ["ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor"] {
      if let known = name, known.hasSuffix(suffix) {
        name = String(known.dropLast(suffix.count))
        break
      }
    }
    let processors = [
      "vit": "ViT", "clip": "CLIP", "clip_vision_model": "CLIP", "siglip": "Siglip", "siglip_vision_model": "Siglip",
      "dinov2": "Bit", "dinov2_with_registers": "Bit",
    ]
    switch name ?? processors[modelType] {
    case "ViT":
      (size, crop, resample, mean, std) = (.sides(width: 224, height: 224), nil, 2, Self.half, Self.half)
    case "Siglip":
      (size, crop, resample, mean, std) = (.sides(width: 224, height: 224), nil, 3, Self.half, Self.half)
    case "CLIP", "Bit":
      (size, crop, resample) = (.shortestEdge(224), 224, 3)
      (mean, std) = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
    case let other:
      throw file.invalid(
        key,
        "is '\((other ?? modelType).prefix(60))', and only the processors of CLIP, SigLIP, ViT and BiT are supported")
    }
  }
}

extension JSONConfiguration {
  fileprivate func color(_ key: String) throws(ModelFileError) -> [Float]? {
    guard let values = try floatsIfPresent(key) else { return nil }
    guard values.count == 3, values.allSatisfy(\.isFinite) else { throw invalid(key, "is not three numbers") }
    return values.map { Float($0) }
  }

  /// - Parameter isSquare: what a single number means: both sides, or the shortest edge.
  fileprivate func size(_ key: String, isSquare: Bool) throws(ModelFileError) -> ProcessorSize? {
    let sides = 1...4096
    guard isObject(key) else {
      guard try integerIfPresent(key) != nil else { return nil }
      let side = try integer(key, in: sides)
      return isSquare ? .sides(width: side, height: side) : .shortestEdge(side)
    }
    guard let object = try objectIfPresent(key) else { return nil }
    if object.keys == ["height", "width"] {
      return .sides(width: try object.integer("width", in: sides), height: try object.integer("height", in: sides))
    }
    if object.keys == ["shortest_edge"] { return .shortestEdge(try object.integer("shortest_edge", in: sides)) }
    throw invalid(
      key, "has \(object.keys.joined(separator: ", ")), and only height and width or shortest_edge is supported")
  }
}
