import ModelFiles
import Tensors

/// PEFT keeps a prefix as one row per position: keys of layer 0, its values, keys of layer 1 and so on, each head after
/// head (`PeftModel.get_prompt`). It passes keys to the model's cache unchanged and lets the text begin at position
/// `length`. That is this project's convention too, so only the order of the numbers changes.
extension Prefix {
  /// Reads what PEFT's `save_pretrained` wrote, of f32, f16 or bf16.
  ///
  /// - Parameter decoder: the shape of the decoder's prefixes; its length is ignored.
  /// - Throws: `PEFTError`, `PrefixFileError.notFinite`, `ModelFileError`.
  package init(peftDirectory directory: String, decoder: Shape) throws {
    let configurationPath = Path.join(directory, PEFTPrefixConfiguration.fileName)
    let weightsPath = Path.join(directory, PEFTPrefixConfiguration.weightsName)
    guard FileSystem.isRegularFile(configurationPath) else { throw PEFTError.notFound(directory: directory) }
    let configuration = try PEFTPrefixConfiguration(path: configurationPath)
    guard FileSystem.isRegularFile(weightsPath) else {
      let isPickled = FileSystem.isRegularFile(Path.join(directory, "adapter_model.bin"))
      throw isPickled ? PEFTError.onlyPickled(directory: directory) : .notFound(directory: directory)
    }
    let found = [configuration.layers, configuration.keyValueHeads, configuration.headDimension]
    let wanted = [decoder.layers, decoder.keyValueHeads, decoder.headDimension]
    guard found == wanted else {
      throw PEFTError.otherDecoder(path: configurationPath, found: found, decoder: wanted)
    }
    let file = try SafetensorsFile(path: weightsPath)
    let name = PEFTPrefixConfiguration.tensorName
    if configuration.isProjected, let shape = file.tensor(named: name)?.shape, shape != configuration.tensorShape {
      throw PEFTError.unsavedProjection(path: weightsPath, found: shape, expected: configuration.tensorShape)
    }
    let rows = try WeightReader(file).float32(name, shape: configuration.tensorShape)
    guard rows.isFinite else { throw PrefixFileError.notFinite(path: weightsPath, tensor: name) }
    let shape = Shape(
      layers: decoder.layers, keyValueHeads: decoder.keyValueHeads, headDimension: decoder.headDimension,
      length: configuration.virtualTokens)
    self.init(keysValues: rows.exchangingHeads(of: shape, toRows: false))
  }

  /// Writes a directory that PEFT's `PeftModel.from_pretrained` reads.
  ///
  /// - Parameters:
  ///   - directory: the directory's path; it is created if it is missing, and files of the same names are replaced.
  ///   - baseModel: the name of the decoder for PEFT: a repository's name or a directory.
  /// - Throws: `FileSystemError`, `ModelFileError.cannotWrite`.
  package func writePEFT(directory: String, baseModel: String?) throws {
    try FileSystem.createDirectory(directory)
    let configuration = PEFTPrefixConfiguration(
      virtualTokens: length, layers: shape.layers, keyValueHeads: shape.keyValueHeads,
      headDimension: shape.headDimension, baseModel: baseModel)
    let rows = keysValues.exchangingHeads(of: shape, toRows: true)
    try SafetensorsWriter.write(
      [(PEFTPrefixConfiguration.tensorName, rows.stored)], metadata: ["format": "pt"],
      to: Path.join(directory, PEFTPrefixConfiguration.weightsName))
    try configuration.write(to: Path.join(directory, PEFTPrefixConfiguration.fileName))
  }
}

extension Tensor {
  /// Converts between `[heads, length, headDimension]`, the heads of all layers' keys and values, and PEFT's
  /// `[length, heads · headDimension]`.
  fileprivate func exchangingHeads(of shape: Prefix.Shape, toRows: Bool) -> Tensor {
    let (heads, length, d) = (shape.layers * 2 * shape.keyValueHeads, shape.length, shape.headDimension)
    var out = Tensor(uninitialized: toRows ? [length, heads * d] : shape.dimensions)
    withPointer { source in
      out.withMutablePointer { target in
        for head in 0..<heads {
          for position in 0..<length {
            let (byHead, byPosition) = ((head * length + position) * d, (position * heads + head) * d)
            (target + (toRows ? byPosition : byHead)).update(from: source + (toRows ? byHead : byPosition), count: d)
          }
        }
      }
    }
    return out
  }
}
