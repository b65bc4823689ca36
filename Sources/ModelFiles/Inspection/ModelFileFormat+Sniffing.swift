import Tensors

extension ModelFileFormat {
  /// Decides by the file's name, so that a damaged file is reported by its own reader; by its first bytes where the
  /// name says nothing, as in the hub's cache.
  ///
  /// - Throws: `ModelFileError.cannotOpen`.
  init?(sniffing path: String) throws(ModelFileError) {
    let name = Path.name(path).lowercased()
    if name.hasSuffix(".safetensors") {
      self = .safetensors
    } else if name.hasSuffix(".safetensors.index.json") {
      self = .safetensorsIndex
    } else if name.hasSuffix(".bin.index.json") {
      self = .pyTorchIndex
    } else if name.hasSuffix(".gguf") {
      self = .gguf
    } else if name.hasSuffix(".onnx") {
      self = .onnx
    } else if [".pt", ".pth", ".ckpt"].contains(where: name.hasSuffix)
      || name.hasPrefix("pytorch_model") && name.hasSuffix(".bin")
    {
      self = .pyTorch
    } else {
      let bytes = try MappedFile(path: path).bytes
      defer { withExtendedLifetime(bytes) {} }
      let start = bytes.buffer.prefix(64)
      if start.starts(with: "GGUF".utf8) {
        self = .gguf
      } else if start.count > 8, start[8] == UInt8(ascii: "{") {
        self = .safetensors
      } else if start.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
        // A zip archive.
        self = .pyTorch
      } else if start.first == UInt8(ascii: "{") {
        self = .safetensorsIndex
      } else if start.first == 0x08 {
        // ModelProto's first field, ir_version.
        self = .onnx
      } else {
        return nil
      }
    }
  }
}
