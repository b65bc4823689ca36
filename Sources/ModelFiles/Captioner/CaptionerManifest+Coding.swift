extension CaptionerManifest: Codable {
  private enum CodingKeys: String, CodingKey {
    case formatVersion, name, description, encoder, encoders, decoder, mapper, confidence, trainingData, license
  }

  package init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    description = try container.decodeIfPresent(String.self, forKey: .description)
    encoders = try container.decodeEncoders(version: .formatVersion, one: .encoder, several: .encoders)
    self.decoder = try container.decode(Decoder.self, forKey: .decoder)
    mapper = try container.decode(Mapper.self, forKey: .mapper)
    confidence = try container.decodeIfPresent(Confidence.self, forKey: .confidence)
    trainingData = try container.decodeIfPresent(String.self, forKey: .trainingData)
    license = try container.decodeIfPresent(String.self, forKey: .license)
  }

  package func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(description, forKey: .description)
    try container.encodeEncoders(encoders, version: .formatVersion, one: .encoder, several: .encoders)
    try container.encode(decoder, forKey: .decoder)
    try container.encode(mapper, forKey: .mapper)
    try container.encodeIfPresent(confidence, forKey: .confidence)
    try container.encodeIfPresent(trainingData, forKey: .trainingData)
    try container.encodeIfPresent(license, forKey: .license)
  }
}

extension BasePair: Codable {
  private enum CodingKeys: String, CodingKey {
    case formatVersion, name, encoder, encoders, decoder
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    encoders = try container.decodeEncoders(version: .formatVersion, one: .encoder, several: .encoders)
    self.decoder = try container.decode(CaptionerManifest.Decoder.self, forKey: .decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encodeEncoders(encoders, version: .formatVersion, one: .encoder, several: .encoders)
    try container.encode(decoder, forKey: .decoder)
  }
}

extension KeyedDecodingContainer {
  /// Version 1 has one encoder, version 2 a list of them.
  fileprivate func decodeEncoders(version: Key, one: Key, several: Key) throws -> [CaptionerManifest.Encoder] {
    if try decode(Int.self, forKey: version) == 1 { return [try decode(CaptionerManifest.Encoder.self, forKey: one)] }
    return try decode([CaptionerManifest.Encoder].self, forKey: several)
  }
}

extension KeyedEncodingContainer {
  fileprivate mutating func encodeEncoders(
    _ encoders: [CaptionerManifest.Encoder], version: Key, one: Key, several: Key
  ) throws {
    try encode(encoders.manifestVersion, forKey: version)
    if encoders.count == 1 {
      try encode(encoders[0], forKey: one)
    } else {
      try encode(encoders, forKey: several)
    }
  }
}

extension [CaptionerManifest.Encoder] {
  /// The oldest format version that can hold these encoders.
  fileprivate var manifestVersion: Int { count == 1 ? 1 : 2 }
}
