/// SentencePiece's `precompiled_charsmap`: the replacements of many short strings.
///
/// The format: the size of a trie in bytes (32 bits), the trie as a double array (Yata et al. 2007, in the layout of
/// darts-clone: 32 bits a unit), and the replacements, each ended by a zero byte. A value in the trie is where its
/// replacement starts.
package struct PrecompiledCharacterMap: Sendable {
  /// Longer clusters of characters are replaced character by character.
  private static let longestCluster = 5

  private let units: [UInt32]
  private let replacements: [UInt8]

  /// - Returns: `nil` where the sizes contradict each other.
  package init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    func word(_ position: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << UInt32(8 * $1) }
    }
    guard bytes.count >= 4, case let size = Int(word(0)), size % 4 == 0, size > 0, size <= bytes.count - 4 else {
      return nil
    }
    units = stride(from: 4, to: 4 + size, by: 4).map(word)
    replacements = Array(bytes[(4 + size)...])
  }

  /// Works as `Precompiled` of `tokenizers`: a short cluster of characters becomes, as a whole, the replacement of its
  /// shortest prefix that has one. In a longer cluster, each character is replaced.
  func normalize(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    for run in text.validRuns() {
      guard run.isValid else {
        output.append(contentsOf: text[run.range])
        continue
      }
      for cluster in String(decoding: text[run.range], as: UTF8.self) {
        let bytes = Array(cluster.utf8)
        if bytes.count <= Self.longestCluster, let match = shortestMatch(bytes) {
          output.append(contentsOf: replacement(at: match))
          continue
        }
        for scalar in cluster.unicodeScalars {
          let bytes = Array(String(scalar).utf8)
          output.append(contentsOf: shortestMatch(bytes).map { replacement(at: $0) } ?? bytes[...])
        }
      }
    }
    return output
  }

  private func shortestMatch(_ bytes: [UInt8]) -> Int? {
    var found: Int?
    forEachMatch(bytes, from: 0) { value, _ in
      found = value
      return false
    }
    return found
  }

  /// The replacement of the longest string that starts at `position`, and that string's length.
  func longestMatch(_ bytes: [UInt8], at position: Int) -> (replacement: ArraySlice<UInt8>, length: Int)? {
    var found: (Int, Int)?
    forEachMatch(bytes, from: position) { value, length in
      found = (value, length)
      return true
    }
    return found.map { (replacement(at: $0.0), $0.1) }
  }

  /// - Parameter body: gets the value and the length of each match, shortest first, and returns whether to go on.
  private func forEachMatch(_ bytes: [UInt8], from start: Int, _ body: (Int, Int) -> Bool) {
    func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 0x200) >> 6)) }
    var node = offset(units[0])
    for position in start..<bytes.count {
      node ^= Int(bytes[position])
      guard bytes[position] != 0, node < units.count, units[node] & 0x8000_00ff == UInt32(bytes[position]) else {
        return
      }
      let unit = units[node]
      node ^= offset(unit)
      guard unit & 0x100 != 0 else { continue }
      guard node < units.count, body(Int(units[node] & 0x7fff_ffff), position - start + 1) else { return }
    }
  }

  private func replacement(at start: Int) -> ArraySlice<UInt8> {
    guard start < replacements.count else { return [] }
    return replacements[start..<(replacements[start...].firstIndex(of: 0) ?? replacements.count)]
  }
}

extension [UInt8] {
  /// The text as stretches of valid UTF-8 and invalid bytes, in order.
  fileprivate func validRuns() -> [(range: Range<Int>, isValid: Bool)] {
    withUnsafeBytes { bytes in
      let text = UTF8Text(bytes)
      var runs: [(range: Range<Int>, isValid: Bool)] = []
      var position = 0
      while position < text.count {
        let (scalar, length) = text.character(at: position)
        let isValid = scalar != nil
        if let last = runs.last, last.isValid == isValid {
          runs[runs.count - 1].range = last.range.lowerBound..<position + length
        } else {
          runs.append((position..<position + length, isValid))
        }
        position += length
      }
      return runs
    }
  }
}
