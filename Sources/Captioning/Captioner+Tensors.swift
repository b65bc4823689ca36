public import ImageEncoding
import ModelFiles
import PrefixMapping
public import Tensors
import TextDecoding

extension Captioner {
  /// What is computed on the way from images to the first word, each stacked over the images: `pixels`
  /// `[images, 3, height, width]`, `hidden_state_N` and `last_hidden_state` `[images, tokens, hidden]`, `features`,
  /// `prefix`, `first_logits` `[images, vocabulary]`.
  ///
  /// - Throws: as `caption(path:decoder:options:onWarning:)`.
  public func intermediateTensors(
    paths: [String], decoder imageDecoder: ImageDecoder
  ) throws -> [(name: String, tensor: Tensor)] {
    let (encoder, preprocessor) = (extractor.encoder, extractor.preprocessor)
    let pixels = Tensor.stacked(
      try paths.map { path in
        preprocessor(try imageDecoder.decode(path: path, targetFor: preprocessor.scaledSize).image)
      })
    let states = try encoder.hiddenStates(pixels, numbers: Set(0...encoder.layers))
    var tensors: [(name: String, tensor: Tensor)] = [("pixels", pixels)]
    tensors += states.sorted { $0.key < $1.key }.map { ("hidden_state_\($0.key)", $0.value) }
    if let last = states[encoder.layers] { tensors.append(("last_hidden_state", encoder.lastHiddenState(of: last))) }
    let features = try extractor.features(of: pixels)
    let prefixes = try mapper.prefixes(features, decoder: decoder)
    tensors.append(("features", features))
    tensors.append(("prefix", .stacked(prefixes.map(\.keysValues))))
    var cache = try decoder.cache(prefixes: prefixes)
    let logits = try decoder.lastLogits(prefixes.map { _ in manifest.decoder.startTokens }, cache: &cache)
    tensors.append(("first_logits", logits))
    return tensors
  }
}
