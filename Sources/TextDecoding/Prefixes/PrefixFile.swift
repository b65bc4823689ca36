package import ModelFiles
import Tensors

/// A prefix on disk: safetensors with one tensor, `keys_values` `[layers, 2, keyValueHeads, length, headDimension]` of 32-bit
/// floats, and metadata that says which decoder it belongs to and where it comes from.
///
/// | metadata | |
/// |---|---|
/// | `format`, `format_version` | `caption prefix`, `1` |
/// | `base_sha256`, `base_name` | the decoder: SHA-256 of its weights, and what people call it |
/// | `layers`, `key_value_heads`, `head_dimension`, `length` | the shape once more, so that a header alone tells it |
/// | `origin` | how it was made, such as `image photo.jpg` |
/// | `template` | of a text task: how an input is written behind it; may be missing |
/// | `key_positions` | `rotated 0..<length`: keys lie as in the decoder's cache, after the rotary embedding for these positions where the decoder has one, rotate-half |
package struct PrefixFile: Sendable {
  package let prefix: Prefix
  package let base: PrefixBase
  /// How it was made, for people: `image photo.jpg`, `text …`, `concat of …`, `peft …`.
  package let origin: String
  /// How an input is written behind it, `{input}` standing for the input; `nil` where it was not made for inputs.
  package let template: String?

  package static let formatVersion = 1
  static let format = "caption prefix"
  static let keyPositions = "rotated 0..<length"
  static let tensorName = "keys_values"

  package init(prefix: Prefix, base: PrefixBase, origin: String, template: String? = nil) {
    self.template = template
    self.prefix = prefix
    self.base = base
    self.origin = origin
  }

  /// - Throws: `PrefixFileError`; `ModelFileError` if the file is damaged.
  package init(path: String) throws {
    guard FileSystem.isRegularFile(path) else { throw PrefixFileError.notFound(path: path) }
    let file = try SafetensorsFile(path: path)
    let metadata = file.metadata
    guard metadata["format"] == Self.format else { throw PrefixFileError.notAPrefix(path: path) }
    func value(_ key: String) throws(ModelFileError) -> String {
      guard let value = metadata[key] else { throw .missingValue(path: path, key: key) }
      return value
    }
    func count(_ key: String, _ range: ClosedRange<Int>) throws(ModelFileError) -> Int {
      let text = try value(key)
      guard let number = Int(text), range.contains(number) else {
        throw .invalidValue(path: path, key: key, problem: "is '\(text.prefix(60))', no whole number in \(range)")
      }
      return number
    }
    let version = try value("format_version")
    guard version == String(Self.formatVersion) else {
      throw PrefixFileError.unknownVersion(path: path, found: version, known: Self.formatVersion)
    }
    let positions = try value("key_positions")
    guard positions == Self.keyPositions else {
      throw PrefixFileError.otherPositions(path: path, found: positions, known: Self.keyPositions)
    }
    let hash = try value("base_sha256")
    guard let sha256 = FileHash(hash) else {
      throw ModelFileError.invalidValue(
        path: path, key: "base_sha256", problem: "is no SHA-256 of 64 lower-case digits")
    }
    // The tensor is compared with these before anything is multiplied.
    let shape = Prefix.Shape(
      layers: try count("layers", 1...4096), keyValueHeads: try count("key_value_heads", 1...4096),
      headDimension: try count("head_dimension", 1...1 << 17), length: try count("length", 0...1 << 27))
    let keysValues = try WeightReader(file).float32(Self.tensorName, shape: shape.dimensions)
    guard keysValues.isFinite else { throw PrefixFileError.notFinite(path: path, tensor: Self.tensorName) }
    prefix = Prefix(keysValues: keysValues)
    base = PrefixBase(sha256: sha256, name: try value("base_name"))
    origin = try value("origin")
    template = metadata["template"]
  }

  /// Writes the file in one step.
  ///
  /// - Throws: `ModelFileError.cannotWrite`.
  package func write(to path: String) throws(ModelFileError) {
    let shape = prefix.shape
    var metadata = [
      "format": Self.format, "format_version": String(Self.formatVersion), "key_positions": Self.keyPositions,
      "base_sha256": base.sha256.hexadecimal, "base_name": base.name, "origin": origin,
      "layers": String(shape.layers), "key_value_heads": String(shape.keyValueHeads),
      "head_dimension": String(shape.headDimension), "length": String(shape.length),
    ]
    metadata["template"] = template
    try SafetensorsWriter.write([(Self.tensorName, prefix.keysValues.stored)], metadata: metadata, to: path)
  }

  /// Refuses a prefix of another decoder.
  ///
  /// - Parameters:
  ///   - path: the path of the file, for messages.
  ///   - decoder: the decoder that is to start from the prefix, followed by its shape.
  /// - Throws: `PrefixFileError.otherBase`, `.otherShape`.
  package func check(path: String, fits decoder: PrefixBase, shape: Prefix.Shape) throws(PrefixFileError) {
    guard base.sha256 == decoder.sha256 else { throw .otherBase(path: path, found: base, expected: decoder) }
    guard prefix.shape.fits(shape) else {
      throw .otherShape(path: path, found: prefix.shape.dimensions, expected: shape.dimensions)
    }
  }
}

extension Tensor {
  /// Whether all numbers are finite.
  var isFinite: Bool { withUnsafeBuffer { $0.allSatisfy(\.isFinite) } }
}
