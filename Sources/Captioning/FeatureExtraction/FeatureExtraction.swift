package import ImageEncoding
package import ModelFiles
import Tensors

/// Fills the caches of some encoders with the features of images, batch by batch; the next batch is read and decoded
/// while this one is encoded. An encoder does not encode again what its cache already has.
package struct FeatureExtraction: Sendable {
  package let extractor: ImageFeatureExtractor
  package let decoder: ImageDecoder
  package let cache: FeatureCaches
  /// Whether the features of each image's mirror image are wanted besides its own. Pixels are mirrored after
  /// preprocessing.
  package var flips: Bool
  /// The number of images that are encoded at a time; memory grows with it.
  package var batchSize: Int

  /// - Parameters:
  ///   - cache: a cache for each encoder, of the extractor's own features: see
  ///     `ImageFeatureExtractor.cache(in:decoder:precision:)`.
  ///   - batchSize: the default is the size from which time per image no longer falls on two cores.
  package init(
    extractor: ImageFeatureExtractor, decoder: ImageDecoder, cache: FeatureCaches, flips: Bool = false,
    batchSize: Int = 16
  ) {
    precondition(batchSize > 0, "no batch of \(batchSize)")
    precondition(
      cache.layout == extractor.parts
        && zip(cache.caches, extractor.encoders).allSatisfy { cache, encoder in
          cache.key == encoder.cacheKey(decoder: decoder, precision: cache.key.precision)
        }, "caches of other features")
    self.extractor = extractor
    self.decoder = decoder
    self.cache = cache
    self.flips = flips
    self.batchSize = batchSize
  }

  /// Processes all images, so that afterwards the cache holds the features of each one that is not damaged.
  ///
  /// - Parameter onProgress: is notified after each batch.
  /// - Throws: `CancellationError` between batches, `FeatureCacheError`, `EncodingError`, `OutOfMemory`,
  ///   and `ImageDecodingError` where memory for an image is lacking; batches finished before are
  ///   in the cache. Images that cannot be read are no errors, but are listed in the result.
  package func run(
    _ images: [ImageInput], onProgress: (FeatureExtractionProgress) -> Void = { _ in }
  ) async throws -> FeatureExtractionResult {
    var result = FeatureExtractionResult()
    var progress = FeatureExtractionProgress(total: images.count)
    let start = ContinuousClock.now
    var batch = try await preparedBatch(of: images[...], pending: [])
    while true {
      let (rest, pending) = (batch.rest, Set(batch.jobs.map(\.variant)))
      async let following = preparedBatch(of: rest, pending: pending)
      for (index, encoder) in extractor.encoders.enumerated() {
        try encode(batch.jobs.filter { $0.encoders.contains(index) }, by: encoder, index)
      }
      result.hashes += batch.hashes
      result.damaged += batch.damaged
      result.warnings += batch.warnings
      progress.add(batch, elapsed: ContinuousClock.now - start)
      onProgress(progress)
      if rest.isEmpty { break }
      try Task.checkCancellation()
      batch = try await following
    }
    return result
  }

  /// - Parameter number: the index of the encoder.
  private func encode(_ jobs: [Job], by encoder: EncoderFeatureExtractor, _ number: Int) throws {
    if jobs.isEmpty { return }
    let features = try encoder.features(of: jobs.map { $0.pixels.tensors[number] })
    let size = encoder.parts.count
    try cache.caches[number].append(
      jobs.enumerated().map { index, job in
        let item = features.withUnsafeBuffer {
          Tensor(Array($0[index * size..<(index + 1) * size]), shape: encoder.shape)
        }
        return FeatureCache.Addition(image: job.variant.hash, isFlipped: job.variant.isFlipped, features: item)
      })
  }

  /// The encoders that have not encoded it yet.
  private func encodersLacking(_ variant: Variant) -> Set<Int> {
    Set(
      cache.caches.indices.filter { !cache.caches[$0].contains(variant.hash, flipped: variant.isFlipped) })
  }

  /// Reads images, starting with the first of `images`, until there is a batch to encode.
  ///
  /// - Parameter pending: the variants that the previous batch is about to add.
  private func preparedBatch(of images: ArraySlice<ImageInput>, pending: Set<Variant>) async throws -> Batch {
    // The limit lets progress be seen even where everything is cached.
    let most = 16 * batchSize
    var batch = Batch(rest: images)
    var pending = pending
    while batch.jobs.count < batchSize, batch.hashes.count < most, let image = batch.rest.popFirst() {
      try Task.checkCancellation()
      do {
        let bytes = try image.bytes()
        let hash = FileHash.hash(of: bytes)
        let variants = (flips ? [false, true] : [false]).map { Variant(hash: hash, isFlipped: $0) }
        let missing = variants.filter { !pending.contains($0) }
          .map { (variant: $0, encoders: encodersLacking($0)) }.filter { !$0.encoders.isEmpty }
        if missing.isEmpty {
          batch.cached += 1
        } else {
          var warnings: [String] = []
          let pixels = try extractor.pixels(bytes, named: image.name, decoder: decoder) { warnings.append($0) }
          batch.warnings += warnings.map { ImageProblem(name: image.name, reason: $0) }
          batch.jobs += missing.map { variant, encoders in
            Job(variant: variant, encoders: encoders, pixels: variant.isFlipped ? pixels.mirrored : pixels)
          }
          pending.formUnion(missing.map(\.variant))
        }
        batch.hashes.append(hash)
      } catch let error as CancellationError {
        throw error
      } catch let error as ImageDecodingError where error.isLackOfMemory {
        // The image is not at fault, and training needs it.
        throw error
      } catch let error as ImageDecodingError {
        batch.hashes.append(nil)
        batch.damaged.append(ImageProblem(name: image.name, reason: error.problem))
      } catch {
        batch.hashes.append(nil)
        batch.damaged.append(ImageProblem(name: image.name, reason: String(describing: error)))
      }
    }
    return batch
  }

  fileprivate struct Variant: Hashable {
    let hash: FileHash
    let isFlipped: Bool
  }

  fileprivate struct Job {
    let variant: Variant
    /// The encoders that are to encode it.
    let encoders: Set<Int>
    let pixels: ImagePixels
  }

  fileprivate struct Batch {
    var rest: ArraySlice<ImageInput>
    var jobs: [Job] = []
    var hashes: [FileHash?] = []
    var damaged: [ImageProblem] = []
    var warnings: [ImageProblem] = []
    var cached = 0
  }
}

extension FeatureExtractionProgress {
  fileprivate mutating func add(_ batch: FeatureExtraction.Batch, elapsed: Duration) {
    done += batch.hashes.count
    cached += batch.cached
    damaged += batch.damaged.count
    encoded += batch.jobs.count
    self.elapsed = elapsed
  }
}
