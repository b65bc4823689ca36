import Tensors

/// Converts a checkpoint of the PyTorch package `efficientnet_lite_pytorch` to an EfficientNet-Lite of our form: batch
/// normalisations are folded into the convolutions before them.
struct EfficientNetLiteConverter: ModelConverter {
  private let net: EfficientNetLiteConfiguration
  private let checkpoint: EfficientNetLiteWeights

  /// - Throws: `ModelFileError` where the file is no PyTorch checkpoint.
  init(checkpoint path: String, configuration: EfficientNetLiteConfiguration) throws(ModelFileError) {
    net = configuration
    checkpoint = EfficientNetLiteWeights(configuration, WeightReader(try PyTorchFile(path: path)))
  }

  func weights() throws(ModelFileError) -> [(name: String, tensor: StoredTensor)] {
    var tensors: [(name: String, tensor: StoredTensor)] = []
    for convolution in checkpoint.convolutions {
      let (weight, bias) = try checkpoint.read(convolution)
      tensors += [("\(convolution.name).weight", weight), ("\(convolution.name).bias", bias.stored)]
    }
    let classifier = checkpoint.classifier
    tensors.append(("classifier.weight", try classifier.tensor("weight", shape: [net.classes, net.headChannels])))
    tensors.append(("classifier.bias", try classifier.tensor("bias", shape: [net.classes])))
    return tensors
  }

  func configuration() -> [UInt8] {
    Array(
      """
      {
        "architectures": ["EfficientNetLite"],
        "model_type": "\(EfficientNetLiteConfiguration.modelType)",
        "width_coefficient": \(net.widthCoefficient),
        "depth_coefficient": \(net.depthCoefficient),
        "image_size": \(net.imageSize),
        "num_channels": \(net.channels),
        "num_classes": \(net.classes),
        "hidden_dim": \(net.headChannels),
        "hidden_act": "relu6",
        "torch_dtype": "float32"
      }

      """.utf8)
  }

  /// The whole photo, and `(byte - 127) / 128`, as for TensorFlow's own EfficientNet-Lite.
  func preprocessing(inputSide: Int) -> [UInt8] {
    Array(
      """
      {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": true,
        "size": {"height": \(inputSide), "width": \(inputSide)},
        "resample": 3,
        "do_rescale": false,
        "do_normalize": true,
        "image_mean": [127, 127, 127],
        "image_std": [128, 128, 128]
      }

      """.utf8)
  }
}
