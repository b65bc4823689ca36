package import Tensors

extension VisionEncoder {
  package var mlpWidth: Int { 8 * hiddenSize }

  package func preparedByteCount(_ precision: MatrixPrecision) -> Int { 0 }

  /// The most bytes that encoding by a vision transformer takes.
  package func workingBytes(images: Int, width: Int, height: Int, states: Int) throws(EncodingError) -> Int {
    let tokens = try grid(width: width, height: height).count + registers + 1
    // Fewer images than threads are computed side by side; of more, each thread has one.
    let atOnce = min(images, Threads.count)
    // The residual stream, normalised, queries, keys, values, attended, projected; the MLP; patches and their copy in 8
    // bits.
    let token = 10 * hiddenSize + mlpWidth + 4 * patchSize * patchSize
    let scores = Threads.count * tokens * tokens
    let kept = images * (tokens * hiddenSize * (states + 1) + 2 * 3 * width * height)
    // Sizes of buffers are rounded up by an eighth.
    return (atOnce * tokens * token + scores + kept) * MemoryLayout<Float>.stride * 9 / 8
  }
}
