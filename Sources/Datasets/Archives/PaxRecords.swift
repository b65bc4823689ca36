/// What pax's extended headers say about the member after them: lines `length key=value`, whose length counts itself.
struct PaxRecords {
  /// The path, which is not always UTF-8, though the standard requires it.
  private(set) var path: [UInt8]?
  private(set) var size: Int?
  /// Whether it is one of GNU's sparse files: the content is not the file's.
  private(set) var isSparse = false

  /// - Returns: whether the records follow their grammar.
  mutating func add(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let blank = rest.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
        length > blank - rest.startIndex + 1, length <= rest.count
      else { return false }
      let record = rest[(blank + 1)..<(rest.startIndex + length)]
      rest = rest.dropFirst(length)
      guard record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
        return false
      }
      let bytes = record[(equals + 1)...].dropLast()
      let value = String(decoding: bytes, as: UTF8.self)
      switch String(decoding: record[..<equals], as: UTF8.self) {
      // A file's name never holds a NUL.
      case "path": path = Array(bytes.prefix { $0 != 0 })
      case "size":
        guard let number = Int(value), number >= 0 else { return false }
        size = number
      case let key where key.hasPrefix("GNU.sparse."): isSparse = true
      default: break
      }
    }
    return true
  }
}
