/// A frozen model that captioners build on: where it comes from and what exactly it consists of.
public struct BaseModel: Sendable {
  /// A Python wheel on the package index, which is how the model travels. Nothing in it is ever run.
  public struct Wheel: Sendable {
    public let package: String
    public let version: String
    public let file: PinnedFile

    public init(package: String, version: String, file: PinnedFile) {
      self.package = package
      self.version = version
      self.file = file
    }

    /// As pip writes it.
    public var requirement: String { "\(package)==\(version)" }
  }

  /// A file in the wheel.
  public struct Member: Sendable {
    /// Its path in the wheel.
    public let path: String
    /// Its content, and the name under which it is kept.
    public let file: PinnedFile

    public init(path: String, file: PinnedFile) {
      self.path = path
      self.file = file
    }
  }

  /// A file that becomes `model.safetensors`, `config.json` and `preprocessor_config.json`.
  public struct Conversion: Sendable {
    public enum Model: Sendable {
      /// The backbone of an ONNX file; the number of heads is not to be seen in the weights' shapes.
      case dinoV2(attentionHeads: Int)
      /// A checkpoint of the PyTorch package `efficientnet_lite_pytorch`.
      case efficientNetLite(EfficientNetLiteConfiguration)
    }

    public let source: Member
    public let model: Model
    /// Pixels a side that the model is meant to be given.
    public let inputSide: Int
    /// `model.safetensors`, the same on every machine.
    public let weights: PinnedFile

    public init(source: Member, model: Model, inputSide: Int, weights: PinnedFile) {
      self.source = source
      self.model = model
      self.inputSide = inputSide
      self.weights = weights
    }
  }

  /// Also the name of its directory in the store.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// An SPDX expression.
  public let license: String
  public let wheel: Wheel
  /// Files kept as they are.
  public let members: [Member]
  public let conversion: Conversion?
  /// Text of a file `NOTICE`, where the wheel's own licence files do not say everything.
  public let notice: String?

  public init(
    name: String, summary: String, license: String, wheel: Wheel, members: [Member], conversion: Conversion? = nil,
    notice: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.license = license
    self.wheel = wheel
    self.members = members
    self.conversion = conversion
    self.notice = notice
  }

  /// What an intact copy consists of, as far as it is known beforehand.
  public var pinnedFiles: [PinnedFile] { members.map(\.file) + (conversion.map { [$0.weights] } ?? []) }
}
