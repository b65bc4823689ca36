import Tensors

/// Converts a file of another format to the contents of a directory of the Hugging Face format.
protocol ModelConverter {
  /// The tensors of `model.safetensors`, in any order.
  ///
  /// - Throws: `ModelFileError` where something is missing or misshapen.
  func weights() throws(ModelFileError) -> [(name: String, tensor: StoredTensor)]

  /// `config.json`.
  ///
  /// - Throws: `ModelFileError` where the tensors do not fit together.
  func configuration() throws(ModelFileError) -> [UInt8]

  /// `preprocessor_config.json` of Hugging Face's image processors.
  func preprocessing(inputSide: Int) -> [UInt8]
}

extension BaseModel.Conversion.Model {
  /// - Parameter source: the path of the file.
  func converter(of source: String) throws(ModelFileError) -> any ModelConverter {
    switch self {
    case .dinoV2(let attentionHeads): try DinoV2Converter(onnx: source, attentionHeads: attentionHeads)
    case .efficientNetLite(let configuration):
      try EfficientNetLiteConverter(checkpoint: source, configuration: configuration)
    }
  }
}
