package import ImageEncoding
import ModelFiles
import PrefixMapping
package import Tensors
import TextDecoding

extension Captioner {
  /// The tensors between images and the first word, each stacked over the images: `pixels`
  /// `[images, 3, height, width]`, `hidden_state_N` and `last_hidden_state` `[images, tokens, hidden]`, `features`,
  /// `prefix`, `first_logits` `[images, vocabulary]`. Tensors of one of several encoders have its name before theirs,
  /// as in `dinov2/pixels`.
  ///
  /// - Throws: as `caption(path:decoder:options:onWarning:)`.
  package func intermediateTensors(
    paths: [String], decoder imageDecoder: ImageDecoder
  ) throws -> [(name: String, tensor: Tensor)] {
    let images = try paths.map { path in
      try extractor.preprocessing.pixels(
        of: imageDecoder.decode(path: path, targetFor: extractor.preprocessing.scaledSize), named: path)
    }
    var tensors: [(name: String, tensor: Tensor)] = []
    for (index, name) in manifest.encoders.names.enumerated() {
      let scope = extractor.encoders.count == 1 ? "" : "\(name)/"
      let encoder = extractor.encoders[index].encoder
      let pixels = Tensor.stacked(images.map { $0.tensors[index] })
      let states = try encoder.hiddenStates(pixels, numbers: Set(0...encoder.layers))
      tensors.append(("\(scope)pixels", pixels))
      tensors += states.sorted { $0.key < $1.key }.map { ("\(scope)hidden_state_\($0.key)", $0.value) }
      guard let last = states[encoder.layers] else { continue }
      tensors.append(("\(scope)last_hidden_state", encoder.lastHiddenState(of: last)))
    }
    let features = try extractor.features(of: images)
    let prefixes = try mapper.prefixes(features, decoder: decoder)
    tensors.append(("features", features))
    tensors.append(("prefix", .stacked(prefixes.map(\.keysValues))))
    var cache = try decoder.cache(prefixes: prefixes)
    let logits = try decoder.lastLogits(prefixes.map { _ in manifest.decoder.startTokens }, cache: &cache)
    tensors.append(("first_logits", logits))
    return tensors
  }
}
