import Datasets

/// New members of tar archives: POSIX ustar, with a pax header where a name is too long for it (IEEE 1003.1-2001).
///
/// The same name and content give the same bytes everywhere: owner, group and times are 0.
enum TarBlocks {
  /// The largest size that the size field can hold.
  static let maximumByteCount = (1 << 33) - 1
  private static let blockByteCount = TarReader.blockByteCount
  /// The length of a record: archives end at a multiple of it.
  private static let recordByteCount = 20 * blockByteCount

  /// A file with its header, padded to whole blocks.
  static func file(_ name: [UInt8], _ content: [UInt8]) -> [UInt8] {
    var blocks: [UInt8] = []
    var (prefix, shortName) = ([UInt8](), name)
    if let parts = split(name) {
      (prefix, shortName) = parts
    } else {
      let records = paxRecord("path", name)
      blocks += header(Array("PaxHeaders/name".utf8), prefix: [], count: records.count, type: "x")
      blocks += records + padding(behind: records.count)
      shortName = Array(name.prefix(100))
    }
    blocks += header(shortName, prefix: prefix, count: content.count, type: "0")
    blocks += content
    blocks += padding(behind: content.count)
    return blocks
  }

  /// The padding that fills the last block of a content.
  static func padding(behind count: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: (blockByteCount - count % blockByteCount) % blockByteCount)
  }

  /// The archive's end: two blocks of zeros, and more up to a whole record.
  static func footer(behind count: Int) -> [UInt8] {
    let least = count + 2 * blockByteCount
    return [UInt8](repeating: 0, count: (least + recordByteCount - 1) / recordByteCount * recordByteCount - count)
  }

  /// A name split into ustar's two fields, without the slash between them; `nil` where it does not fit.
  private static func split(_ name: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
    if name.count <= 100 { return ([], name) }
    // The last slash that leaves a short enough prefix leaves the shortest name.
    guard let slash = name.prefix(156).lastIndex(of: UInt8(ascii: "/")), slash > 0, slash + 1 < name.count,
      name.count - slash - 1 <= 100
    else { return nil }
    return (Array(name[..<slash]), Array(name[(slash + 1)...]))
  }

  private static func header(_ name: [UInt8], prefix: [UInt8], count: Int, type: Unicode.Scalar) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockByteCount)
    func put(_ bytes: some Collection<UInt8>, at offset: Int) {
      block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    put(name, at: 0)
    put("0000644\0".utf8, at: 100)
    put("0000000\0".utf8, at: 108)
    put("0000000\0".utf8, at: 116)
    put((octal(count, digits: 11) + "\0").utf8, at: 124)
    put("00000000000\0".utf8, at: 136)
    put(String(type).utf8, at: 156)
    put("ustar\u{0}00".utf8, at: 257)
    put("0000000\0".utf8, at: 329)
    put("0000000\0".utf8, at: 337)
    put(prefix, at: 345)
    // The checksum counts its own field as blanks.
    put("        ".utf8, at: 148)
    put((octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ").utf8, at: 148)
    return block
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  private static func paxRecord(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = Array(" \(key)=".utf8) + value + [0x0A]
    // The length includes its own digits.
    var count = rest.count + 1
    while "\(count)".utf8.count + rest.count > count { count += 1 }
    return Array("\(count)".utf8) + rest
  }
}
