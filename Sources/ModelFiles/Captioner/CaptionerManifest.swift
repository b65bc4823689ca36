/// `captioner.json`: which encoders, mapper and decoder make a captioner, and what exactly the mapper was trained on.
///
/// Format version 1 has one `encoder`, version 2 a list `encoders`. Both will always be read; one encoder is written as
/// version 1, so that older programs read it, too.
package struct CaptionerManifest: Sendable, Equatable {
  package static let fileName = "captioner.json"
  /// The newest version that is read.
  package static let formatVersion = 2

  package var name: String
  package var description: String?
  /// At least one encoder. The mapper reads the features of all, in this order.
  package var encoders: [Encoder]
  package var decoder: Decoder
  package var mapper: Mapper
  /// The model that says how far captions can be trusted; missing where nothing was calibrated.
  package var confidence: Confidence?
  /// The data that it was trained on, for people.
  package var trainingData: String?
  /// The licence of the mapper, an SPDX expression; the base models have their own.
  package var license: String?

  package init(
    name: String, description: String? = nil, encoders: [Encoder], decoder: Decoder, mapper: Mapper,
    confidence: Confidence? = nil, trainingData: String? = nil, license: String? = nil
  ) {
    self.name = name
    self.description = description
    self.encoders = encoders
    self.decoder = decoder
    self.mapper = mapper
    self.confidence = confidence
    self.trainingData = trainingData
    self.license = license
  }

  package struct Encoder: Codable, Sendable, Equatable {
    /// Its name among several encoders: see `names` of a list of them.
    package var name: String?
    /// The encoder's place: absolute, or in the captioner's directory, or the name of a base model.
    package var path: String
    package var family: String
    /// The hash of the encoder's weights: see `ModelWeights`.
    package var sha256: FileHash
    /// The features that the mapper reads, in order.
    package var features: [Feature]
    package var preprocessing: Preprocessing
    /// Where the model was fetched from, such as `hf:org/name@commit`.
    package var origin: String?

    package init(
      name: String? = nil, path: String, family: String, sha256: FileHash, features: [Feature],
      preprocessing: Preprocessing, origin: String? = nil
    ) {
      self.name = name
      self.path = path
      self.family = family
      self.sha256 = sha256
      self.features = features
      self.preprocessing = preprocessing
      self.origin = origin
    }
  }

  package struct Feature: Codable, Sendable, Equatable {
    package enum Tokens: String, Codable, Sendable, CaseIterable {
      case `class`, patches
      /// One row for the whole image, as the encoder's own head makes it.
      case pooled
      /// The same in the space that images share with texts, as CLIP has it.
      case projected
      /// A number for each class, of an encoder that was trained to tell classes apart.
      case logits

      /// Whether it is an output of the whole model, which no earlier hidden state has.
      package var isOutput: Bool { self == .pooled || self == .projected || self == .logits }
    }

    /// 0 is the input of the first block, n the output of block n; no final norm. Pooled, projected and logits are the
    /// last's.
    package var hiddenState: Int
    package var tokens: Tokens
    /// Rows and columns that the patches are averaged to; all of them where it is missing.
    package var grid: [Int]?

    package init(hiddenState: Int, tokens: Tokens, grid: [Int]? = nil) {
      self.hiddenState = hiddenState
      self.tokens = tokens
      self.grid = grid
    }
  }

  package struct Preprocessing: Codable, Sendable, Equatable {
    package var width: Int
    package var height: Int
    /// `squash`, `shortestEdgeCenterCrop` or `longestEdgePad`.
    package var resizeMode: String
    /// What the shortest edge becomes before `shortestEdgeCenterCrop` cuts; the smaller of width and height where it is
    /// missing.
    package var shortestEdge: Int?
    /// `nearest`, `box`, `bilinear`, `hamming`, `bicubic` or `lanczos`, as Pillow has them.
    package var resample: String
    package var rescaleFactor: Double
    /// The means of red, green and blue.
    package var mean: [Float]
    package var std: [Float]

    package init(
      width: Int, height: Int, resizeMode: String, shortestEdge: Int? = nil, resample: String, rescaleFactor: Double,
      mean: [Float], std: [Float]
    ) {
      self.width = width
      self.height = height
      self.resizeMode = resizeMode
      self.shortestEdge = shortestEdge
      self.resample = resample
      self.rescaleFactor = rescaleFactor
      self.mean = mean
      self.std = std
    }
  }

  package struct Decoder: Codable, Sendable, Equatable {
    /// The decoder's place: absolute, or in the captioner's directory, or the name of a base model.
    package var path: String
    package var family: String
    /// The hash of the GGUF file, or of the directory's weights: see `ModelWeights`.
    package var sha256: FileHash
    /// The text around the prefix that the mapper was trained with.
    package var promptTemplate: String
    /// The tokens of the template's text behind the prefix: what generation begins with.
    package var startTokens: [Int]
    package var stopTokens: [Int]
    package var maximumNewTokens: Int
    /// Where the model was fetched from, such as `hf:org/name@commit`.
    package var origin: String?

    package init(
      path: String, family: String, sha256: FileHash, promptTemplate: String, startTokens: [Int], stopTokens: [Int],
      maximumNewTokens: Int, origin: String? = nil
    ) {
      self.path = path
      self.family = family
      self.sha256 = sha256
      self.promptTemplate = promptTemplate
      self.startTokens = startTokens
      self.stopTokens = stopTokens
      self.maximumNewTokens = maximumNewTokens
      self.origin = origin
    }
  }

  package struct Mapper: Codable, Sendable, Equatable {
    /// The mapper's place: absolute, or in the captioner's directory.
    package var path: String
    package var family: String
    package var sha256: FileHash
    package var heads: Int
    /// How many of the features' tokens each input projection serves.
    package var tokenGroups: [Int]

    /// - Parameter sha256: the hash of empty content where the mapper is still to be written.
    package init(
      path: String, family: String, sha256: FileHash = FileHash.hash(of: []), heads: Int, tokenGroups: [Int]
    ) {
      self.path = path
      self.family = family
      self.sha256 = sha256
      self.heads = heads
      self.tokenGroups = tokenGroups
    }
  }

  package struct Confidence: Codable, Sendable, Equatable {
    /// Absolute, or in the captioner's directory: a safetensors file that `caption calibrate` wrote.
    package var path: String
    package var sha256: FileHash

    package init(path: String, sha256: FileHash) {
      self.path = path
      self.sha256 = sha256
    }
  }
}
