extension ImagePreprocessor: Codable {
  private enum CodingKeys: String, CodingKey {
    case width, height, mode, shortestEdge, filter, rescaleFactor, mean, standardDeviation, padColor
  }

  /// Absent keys take `init`'s defaults; `width` and `height` must be there. Settings that cannot work are corrupt data.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    size = ImageSize(
      width: try values.decode(Int.self, forKey: .width), height: try values.decode(Int.self, forKey: .height))
    let defaults = ImagePreprocessor(size: ImageSize(width: 1, height: 1))
    mode = try values.decodeIfPresent(ResizeMode.self, forKey: .mode) ?? defaults.mode
    shortestEdge = try values.decodeIfPresent(Int.self, forKey: .shortestEdge)
    filter = try values.decodeIfPresent(ResamplingFilter.self, forKey: .filter) ?? defaults.filter
    rescaleFactor = try values.decodeIfPresent(Double.self, forKey: .rescaleFactor) ?? defaults.rescaleFactor
    mean = try values.decodeIfPresent([Float].self, forKey: .mean) ?? defaults.mean
    standardDeviation =
      try values.decodeIfPresent([Float].self, forKey: .standardDeviation) ?? defaults.standardDeviation
    padColor = try values.decodeIfPresent(RGBColor.self, forKey: .padColor) ?? defaults.padColor
    if let problem {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "preprocessing: \(problem)"))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(size.width, forKey: .width)
    try values.encode(size.height, forKey: .height)
    try values.encode(mode, forKey: .mode)
    try values.encodeIfPresent(shortestEdge, forKey: .shortestEdge)
    try values.encode(filter, forKey: .filter)
    try values.encode(rescaleFactor, forKey: .rescaleFactor)
    try values.encode(mean, forKey: .mean)
    try values.encode(standardDeviation, forKey: .standardDeviation)
    try values.encode(padColor, forKey: .padColor)
  }
}
