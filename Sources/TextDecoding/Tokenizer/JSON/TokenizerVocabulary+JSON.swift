package import ModelFiles

extension TokenizerVocabulary {
  private static let topLevelKeys: Set<String> = [
    "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder",
  ]
  private static let modelTypes: [String: Set<String>] = [
    "BPE": [
      "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback",
      "ignore_merges",
    ],
    "Unigram": ["unk_id", "byte_fallback"],
  ]
  private static let addedTokenKeys: Set<String> = [
    "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special",
  ]

  package init(tokenizerJSON text: UnsafeRawBufferPointer, path: String) throws(ModelFileError) {
    let file: TokenizerJSON
    do throws(JSONScanner.Failure) {
      file = try TokenizerJSON(text)
    } catch {
      throw .malformed(path: path, format: .json, problem: "\(error.problem), at byte \(error.offset)")
    }
    try self.init(file, path: path)
  }

  init(_ file: TokenizerJSON, path: String) throws(ModelFileError) {
    let document = try JSONFields(file.document, path: path, location: "", known: Self.topLevelKeys)
    guard let modelJSON = file.model else { throw .missingValue(path: path, key: "model") }
    guard let decoder = document.value("decoder") else { throw document.unsupported("decoder", .null) }
    let spelling = try TokenSpelling(json: decoder, path: path)
    let model = try Self.model(modelJSON, path)
    try Self.checkSurroundings(document)

    let merges = file.merges
    let isByteLevel = spelling == .byteLevel
    self.init(
      tokens: ByteStrings(),
      preTokenizer: try PreTokenizer(
        json: document.value("pre_tokenizer") ?? .null, path: path, isByteLevel: isByteLevel),
      origin: Origin(path: path, tokensKey: "model.vocab", mergesKey: "model.merges")
    ) { .success(merges) }
    self.spelling = spelling
    if let json = document.value("normalizer") { normalizer = try TextNormalizer(json: json, path: path) }
    fallsBackToBytes = try model.bool("byte_fallback", default: false)
    guard !(isByteLevel && fallsBackToBytes) else { throw model.unsupported("byte_fallback", .bool(true)) }
    if let scores = file.scores {
      try placeTokens(file, document, unknown: [], model)
      try readUnigram(scores, model)
    } else {
      kind = isByteLevel ? .byteLevelBPE : .characterBPE
      fusesUnknown = try model.bool("fuse_unk", default: false)
      ignoresMergesForWholeWords = try model.bool("ignore_merges", default: false)
      try placeTokens(file, document, unknown: try model.bytes("unk_token") ?? [], model)
    }
    guard (kind == .unigram) == (try model.bytes("type") == Array("Unigram".utf8)) else {
      throw model.invalid("vocab", "is not of the form that the model's type has")
    }
  }

  private mutating func readUnigram(_ scores: [Double], _ model: JSONFields) throws(ModelFileError) {
    kind = .unigram
    if let unknown = try model.integer("unk_id") {
      guard scores.indices.contains(unknown) else { throw model.invalid("unk_id", "is not in the vocabulary") }
      unknownToken = unknown
    }
    let all = scores + [Double](repeating: 0, count: max(0, tokens.count - scores.count))
    self.scores = { .success(all) }
  }

  private static func model(_ json: ByteKeyedJSON, _ path: String) throws(ModelFileError) -> JSONFields {
    var json = json
    // Older files do not have the `type`.
    if case .object(let members) = json, !members.contains(where: { $0.key == Array("type".utf8) }) {
      json = .object([(Array("type".utf8), .string(Array("BPE".utf8)))] + members)
    }
    let model = try JSONFields(component: json, path: path, location: "model", types: modelTypes)
    switch model.value("dropout") {
    case nil, .integer(0), .number("0.0"): break
    case let other?: throw model.unsupported("dropout", other)
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      let affix = try model.bytes(key) ?? []
      guard affix.isEmpty else { throw model.unsupported(key, .string(affix)) }
    }
    return model
  }

  private static func checkSurroundings(_ document: JSONFields) throws(ModelFileError) {
    for key in ["truncation", "padding"] {
      if let value = document.value(key) { throw document.unsupported(key, value) }
    }
    // Post-processors put tokens around the text, which is the prompt template's job here, and correct offsets.
    let processors: Set = ["ByteLevel", "TemplateProcessing", "BertProcessing", "RobertaProcessing", "Sequence"]
    if let processor = document.value("post_processor") {
      try check(processor, "post_processor", processors, document.path)
    }
  }

  /// Refuses a component whose type, or that of one of its parts, is not among `types`.
  private static func check(
    _ json: ByteKeyedJSON, _ location: String, _ types: Set<String>, _ path: String
  ) throws(ModelFileError) {
    guard case .object(let members) = json else {
      throw .invalidValue(path: path, key: location, problem: "is \(json), not an object")
    }
    let fields = try JSONFields(
      json, path: path, location: location, known: Set(members.map { String(decoding: $0.key, as: UTF8.self) }))
    let type = try fields.requiredBytes("type")
    guard types.contains(String(decoding: type, as: UTF8.self)) else { throw fields.unsupported("type", .string(type)) }
    guard type == Array("Sequence".utf8) else { return }
    for (index, part) in try fields.elements("processors").enumerated() {
      try check(part, "\(location).processors[\(index)]", types, path)
    }
  }

  /// Puts tokens in the order of their ids, added ones included.
  private mutating func placeTokens(
    _ file: TokenizerJSON, _ document: JSONFields, unknown: [UInt8], _ model: JSONFields
  ) throws(ModelFileError) {
    var spellings = file.spellings
    var placed: [Int: Int] = [:]
    placed.reserveCapacity(file.ids.count)
    func place(_ number: Int, at id: Int, _ key: String) throws(ModelFileError) {
      guard (0..<Self.maximumCount).contains(id) else {
        throw document.invalid(key, "has the id \(id), not between 0 and \(Self.maximumCount - 1)")
      }
      guard placed.updateValue(number, forKey: id) == nil else { throw document.invalid(key, "has the id \(id) twice") }
    }
    for (number, id) in file.ids.enumerated() { try place(number, at: id, "model.vocab") }
    let index = ByteStringIndex(file.spellings, numbers: 0..<file.spellings.count)
    if let number = index.duplicate {
      let spelling = String(decoding: file.spellings[number], as: UTF8.self)
      throw document.invalid("model.vocab", "has the token '\(spelling)' twice")
    }
    if !unknown.isEmpty {
      guard let number = index.find(unknown) else { throw model.invalid("unk_token", "is not in the vocabulary") }
      unknownToken = file.ids[number]
    }
    var contents = Set<[UInt8]>()
    for (position, json) in try document.elements("added_tokens").enumerated() {
      let location = "added_tokens[\(position)]"
      let token = try Self.addedToken(json, document.path, location)
      guard contents.insert(token.spelling).inserted else { throw document.invalid(location, "is there twice") }
      if let number = index.find(token.spelling) {
        guard file.ids[number] == token.id else {
          throw document.invalid(location, "has the id \(token.id), but \(file.ids[number]) in model.vocab")
        }
      } else {
        try place(spellings.count, at: token.id, location)
        spellings.append(token.spelling)
        idsOutsideOfMerging.insert(token.id)
      }
      addedTokens.append(token)
    }
    for id in 0..<(placed.keys.max() ?? -1) + 1 {
      if let number = placed[id] { tokens.append(spellings[number]) } else { tokens.append(EmptyCollection()) }
    }
  }

  private static func addedToken(
    _ json: ByteKeyedJSON, _ path: String, _ location: String
  ) throws(ModelFileError) -> AddedToken {
    let fields = try JSONFields(json, path: path, location: location, known: addedTokenKeys)
    var token = AddedToken(
      id: try fields.requiredInteger("id"), spelling: try fields.requiredBytes("content"),
      isSpecial: try fields.bool("special", default: false))
    guard token.spelling.count <= AddedToken.longestSpelling else {
      throw fields.invalid("content", "has \(token.spelling.count) bytes; at most \(AddedToken.longestSpelling)")
    }
    token.isSingleWord = try fields.bool("single_word", default: false)
    token.stripsLeft = try fields.bool("lstrip", default: false)
    token.stripsRight = try fields.bool("rstrip", default: false)
    token.isNormalized = try fields.bool("normalized", default: !token.isSpecial)
    return token
  }
}
