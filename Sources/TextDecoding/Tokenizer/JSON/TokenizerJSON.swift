import ModelFiles

/// The parts of a `tokenizer.json`, as Hugging Face's `tokenizers` writes it, not yet checked.
struct TokenizerJSON {
  /// All members of the outermost object but `model`.
  var document: ByteKeyedJSON = .object([])
  /// All members of `model` but `vocab` and `merges`.
  private(set) var model: ByteKeyedJSON?
  /// Tokens in the order of the file, with their ids.
  private(set) var spellings = ByteStrings()
  private(set) var ids: [Int] = []
  /// The score of each token, where the vocabulary is a list of tokens with their scores.
  private(set) var scores: [Double]?
  /// Left and right side of each merge in turn.
  private(set) var merges = ByteStrings()

  init(_ text: UnsafeRawBufferPointer) throws(JSONScanner.Failure) {
    var scanner = JSONScanner(text)
    var members: [(key: [UInt8], value: ByteKeyedJSON)] = []
    try scanner.distinctMembers { (scanner, key) throws(JSONScanner.Failure) in
      if key == Array("model".utf8) {
        try readModel(&scanner)
      } else {
        members.append((key, try ByteKeyedJSON(&scanner)))
      }
    }
    try scanner.finish()
    document = .object(members)
  }

  /// The vocabulary of a `vocab.json`, which `tokenizer.json` has in its model. The caller adds the rest of what
  /// `tokenizer.json` holds.
  init(vocabulary: UnsafeRawBufferPointer) throws(JSONScanner.Failure) {
    var scanner = JSONScanner(vocabulary)
    try readVocabulary(&scanner)
    try scanner.finish()
    model = .object([])
  }

  /// Reads the lines of a `merges.txt`: "left right", except for a first line with a version.
  ///
  /// - Returns: the number of the first line that is not a merge; `nil` where all are.
  mutating func readMerges(lines: UnsafeRawBufferPointer) -> Int? {
    for (number, line) in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      var line = UnsafeRawBufferPointer(rebasing: line)
      if line.last == UInt8(ascii: "\r") { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
      if line.isEmpty || number == 0 && line.starts(with: "#version".utf8) { continue }
      if !merges.appendMerge(line) { return number + 1 }
    }
    return nil
  }

  private mutating func readModel(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    var members: [(key: [UInt8], value: ByteKeyedJSON)] = []
    try scanner.distinctMembers { (scanner, key) throws(JSONScanner.Failure) in
      switch String(decoding: key, as: UTF8.self) {
      case "vocab": try readVocabulary(&scanner)
      case "merges": try readMerges(&scanner)
      default: members.append((key, try ByteKeyedJSON(&scanner)))
      }
    }
    model = .object(members)
  }

  /// A token that occurs twice is found later, when tokens are indexed.
  private mutating func readVocabulary(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    guard scanner.peek() == UInt8(ascii: "{") else { return try readScoredVocabulary(&scanner) }
    try scanner.members { (scanner, key) throws(JSONScanner.Failure) in
      guard case .integer(let id) = try ByteKeyedJSON(&scanner) else {
        throw scanner.failure("a token's id is no whole number")
      }
      spellings.append(key)
      ids.append(id)
    }
  }

  /// Each token is ["spelling", score]; its id is its index.
  private mutating func readScoredVocabulary(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    var scores: [Double] = []
    var spelling: [UInt8] = []
    try scanner.array { (scanner) throws(JSONScanner.Failure) in
      var part = 0
      try scanner.array { (scanner) throws(JSONScanner.Failure) in
        if part == 0 {
          try scanner.string(into: &spelling)
        } else {
          guard let score = Double(try scanner.number().digits), score.isFinite else {
            throw scanner.failure("a token's score is too large")
          }
          scores.append(score)
        }
        part += 1
      }
      guard part == 2 else { throw scanner.failure("a token has \(part) parts, not a spelling and a score") }
      ids.append(ids.count)
      spellings.append(spelling)
    }
    self.scores = scores
  }

  /// Each merge is "left right" or, since version 0.20, ["left", "right"].
  private mutating func readMerges(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    var part: [UInt8] = []
    try scanner.array { (scanner) throws(JSONScanner.Failure) in
      if scanner.peek() == UInt8(ascii: "\"") {
        try scanner.string(into: &part)
        guard part.withUnsafeBytes({ merges.appendMerge($0) }) else {
          throw scanner.failure("a merge is not 'left right'")
        }
        return
      }
      var parts = 0
      try scanner.array { (scanner) throws(JSONScanner.Failure) in
        try scanner.string(into: &part)
        merges.append(part)
        parts += 1
      }
      guard parts == 2 else { throw scanner.failure("a merge has \(parts) sides, not two") }
    }
  }
}
