/// Writes tar archives as different tools do, also damaged ones.
package struct TarBuilder {
  package enum Style: Sendable { case ustar, pax, gnu, oldest }

  public private(set) var bytes: [UInt8] = []
  package let style: Style

  package init(_ style: Style = .ustar) { self.style = style }

  /// Names of more than 100 bytes are kept as the style has it.
  package mutating func add(_ name: String, _ content: [UInt8], type: Character = "0", base256 isBase256: Bool = false)
  {
    var shortName = name
    var prefix = ""
    if name.utf8.count > 100 {
      switch style {
      case .pax: add(pax: [("path", name)])
      case .gnu: addHeader("././@LongLink", count: name.utf8.count + 1, type: "L", content: Array(name.utf8) + [0])
      case .ustar, .oldest:
        let slash = name.lastIndex(of: "/") ?? name.startIndex
        prefix = String(name[..<slash])
        shortName = String(name[slash...].dropFirst())
      }
      if style != .ustar { shortName = String(name.prefix(100)) }
    }
    addHeader(shortName, prefix: prefix, count: content.count, type: type, content: content, base256: isBase256)
  }

  package mutating func add(_ name: String, _ text: String) { add(name, Array(text.utf8)) }

  /// - Parameter count: what the header's size field says of the next member is its own affair.
  package mutating func add(pax records: [(String, String)], type: Character = "x") {
    let content = records.flatMap { key, value in Array(Self.paxRecord(key, value).utf8) }
    addHeader("PaxHeaders/x", count: content.count, type: type, content: content)
  }

  /// Two blocks of zeros.
  package func finished() -> [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// A name in whatever encoding, of at most 100 bytes.
  package mutating func add(nameBytes: [UInt8], _ content: [UInt8]) {
    addHeader(nameBytes: nameBytes, prefix: "", count: content.count, type: "0", content: content, base256: false)
  }

  package mutating func addHeader(
    _ name: String, prefix: String = "", count: Int, type: Character, content: [UInt8], base256 isBase256: Bool = false
  ) {
    addHeader(
      nameBytes: Array(name.utf8), prefix: prefix, count: count, type: type, content: content, base256: isBase256)
  }

  private mutating func addHeader(
    nameBytes: [UInt8], prefix: String, count: Int, type: Character, content: [UInt8], base256 isBase256: Bool
  ) {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: [UInt8], at offset: Int) { block.replaceSubrange(offset..<(offset + text.count), with: text) }
    put(nameBytes, at: 0)
    put(Array("0000644\0".utf8), at: 100)
    if isBase256 {
      put([0x80, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }, at: 124)
    } else {
      put(Array((Self.octal(count, digits: 11) + "\0").utf8), at: 124)
    }
    put(Array(String(type).utf8), at: 156)
    switch style {
    case .ustar, .pax:
      put(Array("ustar\u{0}00".utf8), at: 257)
      put(Array(prefix.utf8), at: 345)
    case .gnu: put(Array("ustar  \0".utf8), at: 257)
    case .oldest: break
    }
    put(Array("        ".utf8), at: 148)
    put(Array((Self.octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ").utf8), at: 148)
    bytes += block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }

  private static func paxRecord(_ key: String, _ value: String) -> String {
    // The length counts its own digits.
    let rest = " \(key)=\(value)\n"
    var length = rest.utf8.count
    while "\(length)".utf8.count + rest.utf8.count != length { length = "\(length)".utf8.count + rest.utf8.count }
    return "\(length)\(rest)"
  }
}
