package import ModelFiles
import Tensors

extension SubwordTokenizer {
  /// Classes of transformers whose `vocab.json` and `merges.txt` are byte-level BPE as in GPT-2.
  private static let byteLevelClasses: Set<String> = ["GPT2Tokenizer", "GPT2TokenizerFast"]
  private static let byteLevelModels: Set<String> = ["gpt2", "opt"]
  private static let remedy = "transformers writes one: AutoTokenizer.from_pretrained(…).save_pretrained(…)"

  /// The tokeniser in a model's directory: `tokenizer.json`, or the `vocab.json` and `merges.txt` of older models, if
  /// they are of byte-level BPE as in GPT-2 and OPT.
  ///
  /// - Throws: `ModelFileError`, as for a `tokenizer.json`; `.cannotOpen` where there is neither, `.unsupported` for
  ///   older files of another class.
  package convenience init(directory: String) throws(ModelFileError) {
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
    let isByteLevel: Bool
    let kind: String
    if let name = settings.className {
      (isByteLevel, kind) = (Self.byteLevelClasses.contains(name), "class \(name.prefix(60))")
    } else {
      // Without a class, transformers uses the model type.
      let type = try modelType(configuration: Path.join(directory, "config.json"))
      (isByteLevel, kind) = (Self.byteLevelModels.contains(type), "model type \(type.prefix(60))")
    }
    guard isByteLevel else {
      throw .unsupported(
        path: vocabulary, format: .json,
        feature: "a tokeniser of the \(kind), without a tokenizer.json (\(Self.remedy)),")
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
    self.init(try TokenizerVocabulary(file, path: directory))
    try prepareToEncode()
  }
}

/// The settings of a tokeniser in the files beside its `vocab.json`.
private struct OlderTokenizerSettings {
  private(set) var className: String?
  private var addsPrefixSpace = false
  private var tokens: [Token] = []

  private struct Token {
    let spelling: [UInt8]
    var id: Int?
    /// Further members of an added token as `tokenizer.json` has it.
    var members: [(key: [UInt8], value: ByteKeyedJSON)] = []
  }

  private static let tokenKeys = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]
  private static let flags: Set<String> = ["single_word", "lstrip", "rstrip", "normalized", "special"]
  private static let special = (key: Array("special".utf8), value: ByteKeyedJSON.bool(true))

  init(directory: String) throws(ModelFileError) {
    func members(_ name: String) throws(ModelFileError) -> [String: ByteKeyedJSON] {
      let path = Path.join(directory, name)
      return FileSystem.isRegularFile(path) ? try Self.members(of: path) : [:]
    }
    var settings = try members("tokenizer_config.json")
    if case .string(let bytes) = settings["tokenizer_class"] { className = String(decoding: bytes, as: UTF8.self) }
    if case .bool(let value) = settings["add_prefix_space"] { addsPrefixSpace = value }
    if case .object(let placed) = settings["added_tokens_decoder"] {
      for (id, token) in placed { add(token, id: Int(String(decoding: id, as: UTF8.self)), isSpecial: false) }
    } else {
      // As in transformers: if the first file has the ids, the others are not read.
      for (spelling, id) in try members("added_tokens.json") {
        guard case .integer(let id) = id else { continue }
        add(.string(Array(spelling.utf8)), id: id, isSpecial: false)
      }
      settings.merge(try members("special_tokens_map.json")) { _, other in other }
    }
    // The defaults of GPT-2's tokeniser where no file sets them.
    for key in ["bos_token", "eos_token", "unk_token"] where settings[key] == nil {
      settings[key] = .string(Array("<|endoftext|>".utf8))
    }
    for key in Self.tokenKeys { if let token = settings[key] { add(token, id: nil, isSpecial: true) } }
    if case .array(let others) = settings["additional_special_tokens"] {
      for token in others { add(token, id: nil, isSpecial: true) }
    }
  }

  /// The members of a small JSON object, except those that are `null`.
  private static func members(of path: String) throws(ModelFileError) -> [String: ByteKeyedJSON] {
    let bytes = try MappedFile(path: path).bytes
    defer { withExtendedLifetime(bytes) {} }
    do throws(JSONScanner.Failure) {
      var scanner = JSONScanner(bytes.buffer)
      let value = try ByteKeyedJSON(&scanner)
      try scanner.finish()
      guard case .object(let members) = value else { throw scanner.failure("it is no object") }
      return members.reduce(into: [:]) { all, member in
        if case .null = member.value { return }
        all[String(decoding: member.key, as: UTF8.self)] = member.value
      }
    } catch {
      throw .malformed(path: path, format: .json, problem: "\(error.problem), at byte \(error.offset)")
    }
  }

  /// - Parameter token: its spelling, or an object with its spelling and flags.
  private mutating func add(_ token: ByteKeyedJSON, id: Int?, isSpecial: Bool) {
    var (spelling, members): ([UInt8], [(key: [UInt8], value: ByteKeyedJSON)]) = ([], [])
    switch token {
    case .string(let bytes): spelling = bytes
    case .object(let found):
      for (key, value) in found {
        if key == Array("content".utf8), case .string(let bytes) = value { spelling = bytes }
        if Self.flags.contains(String(decoding: key, as: UTF8.self)) { members.append((key, value)) }
      }
    default: break
    }
    if spelling.isEmpty { return }
    if isSpecial { members = members.filter { $0.key != Self.special.key } + [Self.special] }
    guard let known = tokens.firstIndex(where: { $0.spelling == spelling }) else {
      tokens.append(Token(spelling: spelling, id: id, members: members))
      return
    }
    // A special token keeps the flags and the id that it was added with.
    if isSpecial, !tokens[known].members.contains(where: { $0.key == Self.special.key }) {
      tokens[known].members.append(Self.special)
    }
  }

  /// The content of a `tokenizer.json` besides its model. Tokens without an id follow all others, as in transformers.
  func document(of file: TokenizerJSON) -> ByteKeyedJSON {
    func object(_ pairs: [(String, ByteKeyedJSON)]) -> ByteKeyedJSON {
      .object(pairs.map { (Array($0.0.utf8), $0.1) })
    }
    let index = ByteStringIndex(file.spellings, numbers: 0..<file.spellings.count)
    var next = ((file.ids + tokens.compactMap(\.id)).max() ?? -1) + 1
    let added = tokens.map { token -> ByteKeyedJSON in
      let known = index.find(token.spelling).map { file.ids[$0] } ?? token.id
      if known == nil { next += 1 }
      return .object(
        [
          (Array("id".utf8), .integer(known ?? next - 1)), (Array("content".utf8), .string(token.spelling)),
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
