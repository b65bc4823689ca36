import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite("Feature extraction")
struct FeatureExtractionTests {
  /// Counts what it is asked to encode.
  private final class CountingEncoder: VisionEncoder {
    let encoder: DINOv2
    let batches = Mutex<[Int]>([])

    init(_ encoder: DINOv2) { self.encoder = encoder }

    var hiddenSize: Int { encoder.hiddenSize }
    var layers: Int { encoder.layers }
    var patchSize: Int { encoder.patchSize }
    var finalNorm: LayerNorm { encoder.finalNorm }

    func prepared(_ precision: MatrixPrecision) -> CountingEncoder { self }

    func hiddenStates(_ pixels: Tensor, numbers: Set<Int>) throws(EncodingError) -> [Int: Tensor] {
      batches.withLock { $0.append(pixels.shape[0]) }
      return try encoder.hiddenStates(pixels, numbers: numbers)
    }

    /// How many images since the last time.
    func takeCount() -> Int {
      batches.withLock { batches in
        defer { batches = [] }
        return batches.reduce(0, +)
      }
    }
  }

  private struct Setup {
    let encoder: CountingEncoder
    let extractor: ImageFeatureExtractor
    let store: ModelStore

    init(_ home: URL) throws {
      let directory = TinyCaptioner.path + "/encoder"
      encoder = CountingEncoder(
        try DINOv2(
          configuration: DinoV2Configuration(jsonFile: directory + "/config.json"),
          weights: WeightReader(SafetensorsFile(path: directory + "/model.safetensors"))))
      extractor = ImageFeatureExtractor([
        try EncoderFeatureExtractor(
          CaptionerManifest(directory: TinyCaptioner.path).encoders[0], encoder: encoder)
      ])
      store = ModelStore(root: home.path(percentEncoded: false))
    }

    func extraction(flips: Bool = false, batchSize: Int = 3) throws -> FeatureExtraction {
      let decoder = ImageDecoder()
      return FeatureExtraction(
        extractor: extractor, decoder: decoder, cache: try extractor.cache(in: store, decoder: decoder),
        flips: flips, batchSize: batchSize)
    }
  }

  private static func image(_ path: String) -> ImageInput {
    ImageInput(name: path) { Array(try Data(contentsOf: URL(filePath: path))) }
  }

  private static func images() throws -> [ImageInput] { try TinyCaptioner.expected().map { image($0.path) } }

  /// Other numbers of threads and images sum in other orders, which leaves less than 2e-4 here; rounding to a half then
  /// moves a number by up to 2^-11 of it.
  private func isHalved(_ found: Tensor, of expected: Tensor) -> Bool {
    found.shape == expected.shape
      && zip(found.values, expected.values).allSatisfy { abs($0 - $1) <= 2e-4 + (abs($1) + 2e-4) / 2048 }
      && found.values == found.storedAsHalf.toFloat32().values
  }

  @Test("features are what the captioner computes, as halves")
  func features() async throws {
    try await withTemporaryDirectory { home in
      let setup = try Setup(home)
      let photos = try TinyCaptioner.expected()
      let extraction = try setup.extraction(batchSize: photos.count)
      let result = try await extraction.run(Self.images())
      let tensors = try Captioner(directory: TinyCaptioner.path, store: setup.store)
        .intermediateTensors(paths: photos.map(\.path), decoder: ImageDecoder())
      let expected = try #require(tensors.first { $0.name == "features" }?.tensor)
      let hashes = result.hashes.compactMap { $0 }
      #expect(hashes.count == photos.count)
      for (index, hash) in hashes.enumerated() {
        let found = try #require(try extraction.cache.features(hash, flipped: false))
        #expect(isHalved(found, of: expected[index]))
      }
    }
  }

  @Test("each image is known by the SHA-256 of its bytes, in the order given")
  func hashes() async throws {
    try await withTemporaryDirectory { home in
      let result = try await Setup(home).extraction().run(Self.images())
      let expected = try TinyCaptioner.expected().map { try FileHash(ofFile: $0.path) }
      #expect(result.hashes == expected && result.damaged.isEmpty && result.warnings.isEmpty)
    }
  }

  @Test("what is cached is not encoded again")
  func resumption() async throws {
    try await withTemporaryDirectory { home in
      let setup = try Setup(home)
      let images = try Self.images()
      _ = try await setup.extraction().run(Array(images[..<5]))
      #expect(setup.encoder.takeCount() == 5)
      let result = try await setup.extraction().run(images)
      #expect(setup.encoder.takeCount() == images.count - 5)
      #expect(result.hashes.count == images.count)
      _ = try await setup.extraction().run(images)
      #expect(setup.encoder.takeCount() == 0)
    }
  }

  @Test("an image that comes several times is encoded once")
  func duplicates() async throws {
    try await withTemporaryDirectory { home in
      let setup = try Setup(home)
      let images = try Self.images()
      // Within a batch of three, from one batch to the next, and later.
      let order = [0, 0, 1, 2, 2, 1, 3, 0]
      let result = try await setup.extraction().run(order.map { images[$0] })
      #expect(setup.encoder.takeCount() == 4)
      #expect(result.hashes.map { result.hashes.firstIndex(of: $0) } == [0, 0, 2, 3, 3, 2, 6, 0])
    }
  }

  @Test("the features of the mirrored pixels are cached beside the others")
  func flips() async throws {
    try await withTemporaryDirectory { home in
      let setup = try Setup(home)
      let images = Array(try Self.images()[..<2])
      let extraction = try setup.extraction(flips: true, batchSize: 1)
      let result = try await extraction.run(images)
      #expect(setup.encoder.takeCount() == 4)
      for (image, hash) in zip(images, try result.hashes.map { try #require($0) }) {
        let pixels = try setup.extractor.pixels(image.bytes(), named: "", decoder: ImageDecoder())
        let expected = try setup.extractor.features(of: [pixels, pixels.mirrored])
        for (index, isFlipped) in [false, true].enumerated() {
          let found = try #require(try extraction.cache.features(hash, flipped: isFlipped))
          #expect(isHalved(found, of: expected[index]))
        }
        #expect(expected[0].distance(to: expected[1]) > 0.01)
      }
    }
  }

  @Test("mirrored features are added to a cache that has the others")
  func flipsLater() async throws {
    try await withTemporaryDirectory { home in
      let setup = try Setup(home)
      let images = try Self.images()
      _ = try await setup.extraction().run(images)
      let extraction = try setup.extraction(flips: true)
      #expect(setup.encoder.takeCount() == images.count)
      _ = try await extraction.run(images)
      #expect(setup.encoder.takeCount() == images.count)
      #expect(extraction.cache.caches[0].count == 2 * images.count)
    }
  }

  @Test("features of a variant are those of the changed photo, in a cache of their own")
  func variants() async throws {
    try await withTemporaryDirectory { home in
      let setup = try Setup(home)
      let images = Array(try Self.images()[..<2])
      let extraction = try setup.extraction()
      let hashes = try await extraction.run(images).hashes
      var decoder = ImageDecoder()
      decoder.options.augmentation = ImageAugmentation([.crop, .color], variant: 1)
      let changed = FeatureExtraction(
        extractor: setup.extractor, decoder: decoder,
        cache: try setup.extractor.cache(in: setup.store, decoder: decoder))
      #expect(try await changed.run(images).hashes == hashes)
      #expect(changed.cache.directories != extraction.cache.directories)
      for (image, hash) in zip(images, try hashes.map { try #require($0) }) {
        let expected = try setup.extractor.features(of: [
          setup.extractor.pixels(image.bytes(), named: "", decoder: decoder)
        ])
        let found = try #require(try changed.cache.features(hash, flipped: false))
        #expect(isHalved(found, of: expected[0]))
        let original = try #require(try extraction.cache.features(hash, flipped: false))
        #expect(found.distance(to: original) > 0.01)
      }
    }
  }

  @Test("damaged images are named and passed over")
  func damaged() async throws {
    struct Unreachable: Error, CustomStringConvertible {
      let description = "the shelf is empty"
    }
    try await withTemporaryDirectory { home in
      let images = try Self.images()
      let jpeg = try #require(images.first { $0.name.hasSuffix(".jpg") })
      let inputs = [
        images[0],
        ImageInput(name: "cut.jpg") { Array(try jpeg.bytes().prefix(300)) },
        ImageInput(name: "text.txt") { Array("no image".utf8) },
        ImageInput(name: "lost.png") { throw Unreachable() },
        images[1],
      ]
      let extraction = try Setup(home).extraction()
      let result = try await extraction.run(inputs)
      #expect(result.hashes.map { $0 == nil } == [false, true, true, true, false])
      #expect(result.damaged.map(\.name) == ["cut.jpg", "text.txt", "lost.png"])
      #expect(result.damaged.dropFirst().map(\.reason) == ["is not an image of a known format", "the shelf is empty"])
      #expect(extraction.cache.caches[0].count == 2)
    }
  }

  @Test("cancelling ends it between batches, and what is finished stays")
  func cancellation() async throws {
    try await withTemporaryDirectory { home in
      let setup = try Setup(home)
      let images = try Self.images()
      let task = Task {
        try await setup.extraction().run(images) { _ in withUnsafeCurrentTask { $0?.cancel() } }
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(try setup.extraction().cache.caches[0].count == 3)
    }
  }

  @Test("progress counts what is done, cached, damaged and encoded")
  func progress() async throws {
    try await withTemporaryDirectory { home in
      let setup = try Setup(home)
      var images = try Self.images()
      _ = try await setup.extraction().run(Array(images[..<2]))
      images.insert(ImageInput(name: "empty") { [] }, at: 3)
      var seen: [FeatureExtractionProgress] = []
      _ = try await setup.extraction().run(images) { seen.append($0) }
      #expect(seen.map(\.encoded) == [3, 6])
      #expect(seen.map(\.done) == [6, 9])
      #expect(seen.map(\.cached) == [2, 2] && seen.map(\.damaged) == [1, 1])
      #expect(seen.allSatisfy { $0.total == 9 && $0.imagesPerSecond > 0 })
    }
  }

  @Test("of several encoders each is asked for what its own cache lacks, and an image is decoded once for all")
  func severalEncoders() async throws {
    try await withTemporaryDirectory { home in
      let (setup, images) = (try Setup(home), try Self.images())
      _ = try await setup.extraction().run(Array(images[..<2]))
      #expect(setup.encoder.takeCount() == 2)
      // The same model read for something else, at another size.
      var settings = setup.extractor.encoders[0].settings
      settings.features = [.init(hiddenState: 3, tokens: .patches)]
      (settings.preprocessing.width, settings.preprocessing.height) = (28, 28)
      let second = CountingEncoder(setup.encoder.encoder)
      let both = ImageFeatureExtractor(
        setup.extractor.encoders + [try EncoderFeatureExtractor(settings, encoder: second)])
      let decoder = ImageDecoder()
      let cache = try both.cache(in: setup.store, decoder: decoder)
      let reads = Mutex(0)
      let counted = images.map { image in
        ImageInput(name: image.name) {
          reads.withLock { $0 += 1 }
          return try image.bytes()
        }
      }
      let extraction = FeatureExtraction(extractor: both, decoder: decoder, cache: cache, batchSize: 3)
      let result = try await extraction.run(counted)
      #expect(reads.withLock { $0 } == images.count)
      #expect(setup.encoder.takeCount() == images.count - 2 && second.takeCount() == images.count)
      for (image, hash) in zip(images, try result.hashes.map { try #require($0) }) {
        let pixels = try both.pixels(image.bytes(), named: "", decoder: decoder)
        #expect(pixels.tensors.map(\.shape) == [[3, 56, 56], [3, 28, 28]])
        let expected = try both.features(of: [pixels])[0]
        #expect(isHalved(try #require(try cache.features(hash, flipped: false)), of: expected))
      }
    }
  }

  @Test("ways of decoding that change pixels have caches of their own")
  func decoding() throws {
    try withTemporaryDirectory { home in
      let extractor = try Setup(home).extractor.encoders[0]
      let usual = ImageDecoder()
      var (exact, black, patient, cropped, other) = (usual, usual, usual, usual, usual)
      cropped.options.augmentation = ImageAugmentation([.crop], variant: 1)
      other.options.augmentation = ImageAugmentation([.crop], variant: 2)
      exact.options.exactDecode = true
      black.options.background = .black
      patient.options.maximumScans = 7
      let names = [usual, exact, black, patient, cropped, other].map { extractor.cacheKey(decoder: $0).directoryName }
      #expect(Set(names).count == 5 && names[0] == names[3])
    }
  }
}
