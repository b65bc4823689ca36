/// Why a directory of PEFT holds no usable prefix.
package enum PEFTError: Error, Equatable, Sendable, CustomStringConvertible {
  case notFound(directory: String)
  case onlyPickled(directory: String)
  case otherType(path: String, found: String)
  case otherTask(path: String, found: String)
  /// The prefix's network was saved, but not its output.
  case unsavedProjection(path: String, found: [Int], expected: [Int])
  /// The configuration is that of another decoder.
  case otherDecoder(path: String, found: [Int], decoder: [Int])

  package var description: String {
    switch self {
    case .notFound(let directory):
      "\(directory): has no \(PEFTPrefixConfiguration.fileName) and \(PEFTPrefixConfiguration.weightsName): name the "
        + "directory that PEFT's save_pretrained wrote"
    case .onlyPickled(let directory):
      "\(directory): has adapter_model.bin, which is not read as reading it runs code: save it again with PEFT's "
        + "save_pretrained(…, safe_serialization=True)"
    case .otherType(let path, let found):
      "\(path): peft_type '\(found)' is no prefix: only PREFIX_TUNING can be imported; merge LoRA and its kind into the model "
        + "with PEFT and name that as the decoder, or train with PrefixTuningConfig"
    case .otherTask(let path, let found):
      "\(path): a prefix for task_type '\(found)' fits no decoder of captions: train one with task_type CAUSAL_LM"
    case .unsavedProjection(let path, let found, let expected):
      "\(path): prefix_projection is true, and \(PEFTPrefixConfiguration.tensorName) has the shape \(found) of the network's "
        + "input, not \(expected) of the prefix: save it with PEFT's save_pretrained, which puts it through the network"
    case .otherDecoder(let path, let found, let decoder):
      "\(path): is for a decoder of \(found) [layers, key/value heads, head dimension], but this one has \(decoder): name a "
        + "captioner of the decoder that it was trained for with --model"
    }
  }
}
