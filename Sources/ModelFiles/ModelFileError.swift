import Tensors

/// What can be wrong with a file that a model is read from or written to.
///
/// Every case carries the file; `description` names file, cause and remedy.
package enum ModelFileError: Error, Equatable, Sendable {
  /// The system refused to open the file, or to map it.
  case cannotOpen(path: String, reason: String)
  /// In place of the file there is the text that Git LFS keeps in a repository.
  case lfsPointer(path: String)
  /// The limit of open files is reached, this process's or the system's.
  case tooManyOpenFiles(path: String)
  /// The process may not have as much address space as the file takes.
  case noAddressSpace(path: String, byteCount: Int)
  /// There is no memory for a tensor that is needed in 32 bits.
  case outOfMemory(path: String, key: String, byteCount: Int)
  /// The file breaks a rule of its format.
  case malformed(path: String, format: ModelFileFormat, problem: String)
  /// The file is sound, but uses something of its format that is not supported.
  case unsupported(path: String, format: ModelFileFormat, feature: String)
  /// No tensor has this name.
  case missingTensor(path: String, key: String, expectedShape: [Int])
  /// The tensor is there with another shape.
  case unexpectedShape(path: String, key: String, expected: [Int], found: [Int])
  /// The tensor is there, but stored in a way that cannot be used.
  case unsupportedTensor(path: String, key: String, feature: String)
  /// A configuration or metadata value is not there.
  case missingValue(path: String, key: String)
  /// A configuration or metadata value has a wrong type or lies outside what it can sensibly be.
  case invalidValue(path: String, key: String, problem: String)
  /// The file could not be written; what was at `path` before is still there.
  case cannotWrite(path: String, reason: String)
}

/// The formats that models come in.
package enum ModelFileFormat: String, Sendable {
  case safetensors = "safetensors"
  case safetensorsIndex = "safetensors index"
  case gguf = "GGUF"
  case onnx = "ONNX"
  case json = "JSON"
  case pyTorch = "PyTorch"
  case pyTorchIndex = "PyTorch index"
}

extension ModelFileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .cannotOpen(let path, let reason):
      "\(path): cannot be read: \(reason); check the path and its permissions"
    case .lfsPointer(let path):
      "\(path): is a Git LFS pointer, and not the file itself; fetch that with 'git lfs pull' in the repository, or "
        + "download it again"
    case .tooManyOpenFiles(let path):
      "\(path): cannot be opened: too many open files; raise the limit (ulimit -n)"
    case .noAddressSpace(let path, let byteCount):
      "\(path): cannot be read: no address space for its \(byteCount >> 20) MiB; raise the limit (ulimit -v), or choose a "
        + "smaller model"
    case .outOfMemory(let path, let key, let byteCount):
      "\(path): out of memory: \((byteCount >> 20) + 1) MiB for tensor '\(key)' cannot be had; "
        + "\(Memory.limits), or choose a smaller model"
    case .malformed(let path, let format, let problem):
      "\(path): not a valid \(format.rawValue) file: \(problem); it is damaged or incomplete: fetch or export it again"
    case .unsupported(let path, let format, let feature):
      "\(path): \(format.rawValue) with \(feature) is not supported; convert the model to a supported form"
    case .missingTensor(let path, let key, let shape):
      "\(path): has no tensor '\(key)' (expected with shape \(shape)); "
        + "check that the file belongs to this model family and is complete"
    case .unexpectedShape(let path, let key, let expected, let found):
      "\(path): tensor '\(key)' has shape \(found), expected \(expected); "
        + "check that weights and configuration belong to the same model"
    case .unsupportedTensor(let path, let key, let feature):
      "\(path): tensor '\(key)' cannot be used: \(feature); convert the model to a supported element type, such as F32"
    case .missingValue(let path, let key):
      "\(path): has no value for '\(key)'; check that the file belongs to this model family and is complete"
    case .invalidValue(let path, let key, let problem):
      "\(path): value of '\(key)' \(problem); check that the file belongs to this model family and is not damaged"
    case .cannotWrite(let path, let reason):
      "\(path): cannot be written: \(reason); check the directory, its permissions and free space"
    }
  }
}
