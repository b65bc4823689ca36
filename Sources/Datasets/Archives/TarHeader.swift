/// One header block of a tar archive.
struct TarHeader {
  /// The name's bytes, in whatever encoding.
  let name: [UInt8]
  /// The type flag.
  let type: UInt8
  /// The size in bytes; `nil` where the field is no number.
  let size: Int?

  /// `nil` unless the block's checksum is right.
  init?(_ block: ArraySlice<UInt8>) {
    guard block.count == TarReader.blockByteCount else { return nil }
    let block = Array(block)
    guard let checksum = Self.number(block[148..<156]) else { return nil }
    let spaces = 8 * Int(UInt8(ascii: " "))
    let others = block[..<148] + block[156...]
    let unsigned = others.reduce(spaces) { $0 + Int($1) }
    // Old writers summed signed characters.
    let signed = others.reduce(spaces) { $0 + Int(Int8(bitPattern: $1)) }
    guard checksum == unsigned || checksum == signed else { return nil }
    type = block[156]
    size = Self.number(block[124..<136])
    let shortName = Array(block[..<100].prefix { $0 != 0 })
    // GNU's own format has another end of its magic, and other fields where ustar has the name's first part.
    let isPOSIX = block[257..<263].elementsEqual(Array("ustar\0".utf8))
    let prefix = isPOSIX ? Array(block[345..<500].prefix { $0 != 0 }) : []
    name = prefix.isEmpty ? shortName : prefix + [UInt8(ascii: "/")] + shortName
  }

  var kind: TarMember.Kind {
    switch type {
    // Before POSIX a directory was a file whose name ends with a slash.
    case 0, UInt8(ascii: "0"): name.last == UInt8(ascii: "/") ? .other : .file
    case UInt8(ascii: "7"): .file
    case UInt8(ascii: "1"), UInt8(ascii: "2"): .link
    case UInt8(ascii: "S"): .sparse
    default: .other
    }
  }

  /// Whether the member has content: links, devices, directories and pipes have none, whatever their size field says.
  var hasContent: Bool { !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(type) }

  /// The number in a field: octal digits between blanks, or GNU's base 256 where the first bit is set.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first == 0x80 {
      guard field.dropFirst().prefix(while: { $0 == 0 }).count >= field.count - 9 else { return nil }
      let value = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Int(exactly: value)
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    if digits.isEmpty { return 0 }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
  }
}
