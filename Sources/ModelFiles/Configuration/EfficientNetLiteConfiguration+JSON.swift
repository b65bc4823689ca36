extension EfficientNetLiteConfiguration {
  /// Reads `config.json` of `model_type` `efficientnet-lite`. Missing values are those of all Lites.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported.
  package init(jsonFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    try file.require("model_type", is: Self.modelType)
    try file.require("hidden_act", is: "relu6", default: "relu6")
    let defaults = Self()
    self.init(
      widthCoefficient: try file.positiveFloat("width_coefficient", atMost: 16),
      depthCoefficient: try file.positiveFloat("depth_coefficient", atMost: 16),
      imageSize: try file.integer("image_size", in: HyperparameterBounds.pixels),
      classes: try file.integer("num_classes", in: HyperparameterBounds.vocabulary, default: defaults.classes),
      channels: try file.integer("num_channels", in: 1...64, default: defaults.channels),
      stemChannels: try file.integer("stem_dim", in: 1...4096, default: defaults.stemChannels),
      headChannels: try file.integer("hidden_dim", in: 1...65536, default: defaults.headChannels),
      normEpsilon: try file.positiveFloat("batch_norm_eps", atMost: 1, default: defaults.normEpsilon),
      stages: try Self.stages(file))
  }

  private static func stages(_ file: JSONConfiguration) throws(ModelFileError) -> [Stage] {
    func column(
      _ key: String, _ range: ClosedRange<Int>, _ usual: KeyPath<Stage, Int>
    ) throws(ModelFileError) -> [Int] {
      guard let numbers = try file.integersIfPresent(key) else { return usualStages.map { $0[keyPath: usual] } }
      guard (1...64).contains(numbers.count), numbers.allSatisfy(range.contains) else {
        throw file.invalid(key, "is not 1 to 64 numbers of \(range.lowerBound)...\(range.upperBound)")
      }
      return numbers
    }
    let kernels = try column("kernel_sizes", 1...31, \.kernelSize)
    let strides = try column("strides", 1...8, \.stride)
    let expansions = try column("expand_ratios", 1...64, \.expansion)
    let channels = try column("out_channels", 1...4096, \.channels)
    let repeats = try column("num_block_repeats", 1...64, \.repeats)
    let columns = [
      ("strides", strides), ("expand_ratios", expansions), ("out_channels", channels), ("num_block_repeats", repeats),
    ]
    for (key, numbers) in columns where numbers.count != kernels.count {
      throw file.invalid(key, "has \(numbers.count) entries for \(kernels.count) of kernel_sizes")
    }
    // Sides of images are halved again and again: no more often than a side of pixels can be.
    guard strides.reduce(1, { min($0 * $1, 1 << 20) }) <= 1 << 15 else {
      throw file.invalid("strides", "leave nothing of any image")
    }
    return kernels.indices.map { index in
      Stage(
        kernelSize: kernels[index], stride: strides[index], expansion: expansions[index], channels: channels[index],
        repeats: repeats[index])
    }
  }
}
