public import ModelFiles
import Tensors

extension SubwordTokenizer {
  /// Classes of transformers whose `vocab.json` and `merges.txt` are byte-level BPE as GPT-2 has it.
  private static let byteLevelClasses: Set<String> = ["GPT2Tokenizer", "GPT2TokenizerFast"]
  private static let remedy = "transformers writes one: AutoTokenizer.from_pretrained(…).save_pretrained(…)"

  /// The tokeniser in a model's directory: `tokenizer.json`, or what older models have in its place, `vocab.json` and
  /// `merges.txt`, if they are of byte-level BPE as GPT-2 and OPT have it.
  ///
  /// - Throws: `ModelFileError`, as of a `tokenizer.json`; `.cannotOpen` where there is neither, `.unsupported` for older files
  ///   of another class.
  public convenience init(directory: String) throws(ModelFileError) {
    let (vocabulary, merges) = (Path.join(directory, "vocab.json"), Path.join(directory, "merges.txt"))
    let whole = Path.join(directory, "tokenizer.json")
    guard !FileSystem.isRegularFile(whole) else {
      try self.init(tokenizerJSON: whole)
      return
    }
    guard FileSystem.isRegularFile(vocabulary), FileSystem.isRegularFile(merges) else {
      throw .cannotOpen(
        path: whole, reason: "there is none, nor vocab.json and merges.txt in its place (\(Self.remedy))")
    }
    let settings = try OlderTokenizerSettings(directory: directory)
    if let name = settings.className, !Self.byteLevelClasses.contains(name) {
      throw .unsupported(
        path: vocabulary, format: .json,
        feature: "the tokeniser class \(name.prefix(60)) without a tokenizer.json (\(Self.remedy))")
    }
    let (words, lines) = (try MappedFile(path: vocabulary).bytes, try MappedFile(path: merges).bytes)
    defer { withExtendedLifetime((words, lines)) {} }
    var file: TokenizerJSON
    do throws(JSONScanner.Failure) {
      file = try TokenizerJSON(vocabulary: words.buffer)
    } catch {
      throw .malformed(path: vocabulary, format: .json, problem: "\(error.problem), at byte \(error.offset)")
    }
    if let line = file.readMerges(lines: lines.buffer) {
      throw .invalidValue(path: merges, key: "line \(line)", problem: "is not 'left right'")
    }
    file.document = settings.document(of: file)
    self.init(try TokenizerVocabulary(file, path: vocabulary))
    try prepareToEncode()
  }
}

/// What `tokenizer_config.json` and `special_tokens_map.json` say of a tokeniser whose vocabulary is in files of its own.
private struct OlderTokenizerSettings {
  private(set) var className: String?
  private var addsPrefixSpace = false
  /// Members of an added token as `tokenizer.json` has it, but for its id.
  private var specialTokens: [(spelling: [UInt8], members: [(key: [UInt8], value: ByteKeyedJSON)])] = []

  private static let tokenKeys: Set<String> = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]
  private static let flags: Set<String> = ["single_word", "lstrip", "rstrip", "normalized"]
  /// What GPT-2's tokeniser takes for its beginning, end and unknown token where no file says another.
  private static let endOfText = Array("<|endoftext|>".utf8)

  init(directory: String) throws(ModelFileError) {
    var named: Set<String> = []
    // What the first file says holds.
    for name in ["tokenizer_config.json", "special_tokens_map.json"] {
      let path = Path.join(directory, name)
      guard FileSystem.isRegularFile(path) else { continue }
      for (key, value) in try Self.members(of: path) {
        switch (key, value) {
        case ("tokenizer_class", .string(let bytes)): className = String(decoding: bytes, as: UTF8.self)
        case ("add_prefix_space", .bool(let value)): addsPrefixSpace = value
        case ("additional_special_tokens", .array(let tokens)):
          for token in tokens { add(token) }
        default:
          guard Self.tokenKeys.contains(key), named.insert(key).inserted else { continue }
          add(value)
        }
      }
    }
    if !named.isSuperset(of: ["bos_token", "eos_token", "unk_token"]) { add(.string(Self.endOfText)) }
  }

  private static func members(of path: String) throws(ModelFileError) -> [(key: String, value: ByteKeyedJSON)] {
    let bytes = try MappedFile(path: path).bytes
    defer { withExtendedLifetime(bytes) {} }
    do throws(JSONScanner.Failure) {
      var scanner = JSONScanner(bytes.buffer)
      let value = try ByteKeyedJSON(&scanner)
      try scanner.finish()
      guard case .object(let members) = value else { throw scanner.failure("it is no object") }
      return members.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
    } catch {
      throw .malformed(path: path, format: .json, problem: "\(error.problem), at byte \(error.offset)")
    }
  }

  /// A token is its spelling, or an object with its spelling and flags.
  private mutating func add(_ token: ByteKeyedJSON) {
    var (spelling, members): ([UInt8], [(key: [UInt8], value: ByteKeyedJSON)]) = ([], [])
    switch token {
    case .string(let bytes): spelling = bytes
    case .object(let found):
      for (key, value) in found {
        if key == Array("content".utf8), case .string(let bytes) = value { spelling = bytes }
        if Self.flags.contains(String(decoding: key, as: UTF8.self)) { members.append((key, value)) }
      }
    default: return
    }
    if spelling.isEmpty || specialTokens.contains(where: { $0.spelling == spelling }) { return }
    specialTokens.append((spelling, members))
  }

  /// What a `tokenizer.json` would say beside its model. Special tokens that the vocabulary does not have are left out: no model
  /// has embeddings of them.
  func document(of file: TokenizerJSON) -> ByteKeyedJSON {
    func object(_ pairs: [(String, ByteKeyedJSON)]) -> ByteKeyedJSON {
      .object(pairs.map { (Array($0.0.utf8), $0.1) })
    }
    let index = ByteStringIndex(file.spellings, numbers: 0..<file.spellings.count)
    let added = specialTokens.compactMap { token -> ByteKeyedJSON? in
      guard let number = index.find(token.spelling) else { return nil }
      return .object(
        [
          (Array("id".utf8), .integer(file.ids[number])), (Array("content".utf8), .string(token.spelling)),
          (Array("special".utf8), .bool(true)),
        ] + token.members)
    }
    let byteLevel: [(String, ByteKeyedJSON)] = [("type", .string(Array("ByteLevel".utf8)))]
    return object([
      ("added_tokens", .array(added)),
      ("pre_tokenizer", object(byteLevel + [("add_prefix_space", .bool(addsPrefixSpace))])),
      ("decoder", object(byteLevel)),
    ])
  }
}
