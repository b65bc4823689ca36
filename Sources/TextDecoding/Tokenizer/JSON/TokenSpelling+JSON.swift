import ModelFiles

extension TokenSpelling {
  private static let types: [String: Set<String>] = [
    "ByteLevel": ["add_prefix_space", "trim_offsets", "use_regex"],
    "Metaspace": ["replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep"],
    "Sequence": ["decoders"], "Replace": ["pattern", "content"], "ByteFallback": [], "Fuse": [],
    "Strip": ["content", "start", "stop"],
  ]
  /// The parts of a sequence in the only order that is understood.
  private static let order = ["Replace", "ByteFallback", "Metaspace", "Fuse", "Strip"]

  /// The decoder of a `tokenizer.json`: `ByteLevel`, `Metaspace`, or a sequence of `Replace`, `ByteFallback`, `Fuse`
  /// and `Strip` as SentencePiece's kinds have it.
  init(json: ByteKeyedJSON, path: String) throws(ModelFileError) {
    let fields = try JSONFields(component: json, path: path, location: "decoder", types: Self.types)
    let type = String(decoding: try fields.requiredBytes("type"), as: UTF8.self)
    if type == "ByteLevel" {
      self = .byteLevel
      return
    }
    var pieces = Pieces(symbol: [], hasBytes: false, start: .kept)
    guard type == "Sequence" else {
      try Self.read(fields, type, isFused: false, &pieces)
      self = .pieces(pieces)
      return
    }
    var last = -1
    var isFused = false
    for (index, element) in try fields.elements("decoders").enumerated() {
      let part = try JSONFields(
        component: element, path: path, location: "decoder.decoders[\(index)]", types: Self.types)
      let type = try part.requiredBytes("type")
      let name = String(decoding: type, as: UTF8.self)
      guard let place = Self.order.firstIndex(of: name), place > last, !(name == "Metaspace" && !pieces.symbol.isEmpty)
      else { throw part.unsupported("type", .string(type)) }
      last = place
      isFused = isFused || name == "Fuse"
      try Self.read(part, name, isFused: isFused, &pieces)
    }
    self = .pieces(pieces)
  }

  private static func read(
    _ fields: JSONFields, _ type: String, isFused: Bool, _ pieces: inout Pieces
  ) throws(ModelFileError) {
    let space: [UInt8] = [0x20]
    switch type {
    case "Replace":
      let (kind, pattern) = try fields.variant("pattern")
      guard kind == "String", !pattern.isEmpty else { throw fields.unsupported("pattern.\(kind)", .string(pattern)) }
      let content = try fields.requiredBytes("content")
      guard content == space else { throw fields.unsupported("content", .string(content)) }
      pieces.symbol = pattern
    case "ByteFallback": pieces.hasBytes = true
    case "Fuse": break
    case "Strip" where isFused:
      let content = try fields.requiredBytes("content")
      let (start, stop) = (try fields.requiredInteger("start"), try fields.requiredInteger("stop"))
      guard content == space else { throw fields.unsupported("content", .string(content)) }
      guard 0...1 ~= start else { throw fields.unsupported("start", .integer(start)) }
      guard stop == 0 else { throw fields.unsupported("stop", .integer(stop)) }
      if start == 1 { pieces.start = .withoutSpace }
    case "Metaspace":
      let metaspace = try PreTokenizer.Metaspace(fields)
      pieces.symbol = metaspace.symbol
      if metaspace.prepends != .never { pieces.start = .withoutSymbols }
    default: throw fields.unsupported("type", .string(Array(type.utf8)))
    }
  }
}

extension PreTokenizer.Metaspace {
  /// A `Metaspace` of a `tokenizer.json`, as pre-tokeniser or decoder.
  init(_ fields: JSONFields) throws(ModelFileError) {
    let symbol = try fields.requiredBytes("replacement")
    guard String(decoding: symbol, as: UTF8.self).unicodeScalars.count == 1 else {
      throw fields.invalid("replacement", "is not one character")
    }
    let scheme = try fields.bytes("prepend_scheme") ?? Array("always".utf8)
    guard var prepends = PrependScheme(rawValue: String(decoding: scheme, as: UTF8.self)) else {
      throw fields.unsupported("prepend_scheme", .string(scheme))
    }
    // The spelling of older files.
    if try !fields.bool("add_prefix_space", default: true) { prepends = .never }
    self.init(symbol: symbol, prepends: prepends, splits: try fields.bool("split", default: true))
  }
}
