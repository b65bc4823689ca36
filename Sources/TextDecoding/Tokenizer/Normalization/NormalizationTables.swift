/// Decompositions, compositions and combining classes of Unicode, as `tokenizers` knows them, read from
/// `NormalizationData` when first asked for.
///
/// Neither Foundation's normalisation nor the standard library's properties will do: they follow the system's Unicode
/// version, and texts would become other tokens where that is newer or older.
struct NormalizationTables: Sendable {
  static let shared = NormalizationTables()

  private struct Pair: Hashable {
    let first: UInt32
    let second: UInt32
  }

  /// One step of the canonical decomposition; the second part is 0 where there is only one.
  private var canonical: [UInt32: Pair] = [:]
  private var compositions: [Pair: UInt32] = [:]
  private var compatible: [UInt32: [UInt32]] = [:]
  private let combiningClasses: RunTable
  private let accents: RunTable

  private init() {
    var numbers = NumberReader(NormalizationData.canonical)
    var code: UInt32 = 0
    while let step = numbers.next(), let first = numbers.next(), let coded = numbers.next() {
      code += step
      let pair = Pair(first: first, second: coded >> 1)
      canonical[code] = pair
      if coded & 1 == 1 { compositions[pair] = code }
    }
    numbers = NumberReader(NormalizationData.compatible)
    code = 0
    while let step = numbers.next(), let count = numbers.next() {
      code += step
      compatible[code] = (0..<count).compactMap { _ in numbers.next() }
    }
    combiningClasses = RunTable(NormalizationData.combiningClasses)
    accents = RunTable(NormalizationData.accents)
  }

  func combiningClass(_ scalar: UInt32) -> UInt8 { scalar < 0x300 ? 0 : combiningClasses[scalar] }

  /// Whether `StripAccents` removes the character: a mark in the Unicode version that `tokenizers` uses there.
  func isAccent(_ scalar: UInt32) -> Bool { scalar >= 0x300 && accents[scalar] != 0 }

  func appendDecomposition(of scalar: UInt32, isCompatible: Bool, to output: inout [UInt32]) {
    guard scalar >= 0x80 else { return output.append(scalar) }
    if isCompatible, let parts = compatible[scalar] { return output.append(contentsOf: parts) }
    if let pair = canonical[scalar] {
      appendDecomposition(of: pair.first, isCompatible: isCompatible, to: &output)
      if pair.second != 0 { appendDecomposition(of: pair.second, isCompatible: isCompatible, to: &output) }
    } else if let syllable = Hangul.index(of: scalar) {
      output.append(Hangul.leading + syllable / (Hangul.vowels * Hangul.trails))
      output.append(Hangul.vowel + syllable / Hangul.trails % Hangul.vowels)
      if syllable % Hangul.trails > 0 { output.append(Hangul.trail + syllable % Hangul.trails) }
    } else {
      output.append(scalar)
    }
  }

  func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    Hangul.composition(first, second) ?? compositions[Pair(first: first, second: second)]
  }
}

/// Hangul syllables are composed by arithmetic (Unicode Standard, section 3.12).
private enum Hangul {
  static let (syllable, leading, vowel, trail): (UInt32, UInt32, UInt32, UInt32) = (0xac00, 0x1100, 0x1161, 0x11a7)
  static let (leads, vowels, trails): (UInt32, UInt32, UInt32) = (19, 21, 28)

  static func index(of scalar: UInt32) -> UInt32? {
    let index = scalar &- syllable
    return index < leads * vowels * trails ? index : nil
  }

  static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if first &- leading < leads, second &- vowel < vowels {
      return syllable + ((first - leading) * vowels + second - vowel) * trails
    }
    guard let index = index(of: first), index % trails == 0, second > trail, second < trail + trails else { return nil }
    return first + second - trail
  }
}

/// A value of code points that is stored in runs; 0 outside of them.
private struct RunTable: Sendable {
  private var runs: [(start: UInt32, end: UInt32, value: UInt8)] = []

  init(_ data: StaticString) {
    var numbers = NumberReader(data)
    var start: UInt32 = 0
    while let step = numbers.next(), let length = numbers.next(), let value = numbers.next() {
      start += step
      runs.append((start, start + length, UInt8(truncatingIfNeeded: value)))
    }
  }

  subscript(scalar: UInt32) -> UInt8 {
    var (lower, upper) = (0, runs.count)
    while lower < upper {
      let middle = lower + (upper - lower) / 2
      if runs[middle].end > scalar { upper = middle } else { lower = middle + 1 }
    }
    return lower < runs.count && runs[lower].start <= scalar ? runs[lower].value : 0
  }
}

/// Reads numbers with five bits per character, the low bits first; the sixth bit says that more follow.
private struct NumberReader {
  private let text: StaticString
  private var position = 0

  init(_ text: StaticString) { self.text = text }

  mutating func next() -> UInt32? {
    var value: UInt32 = 0
    var shift: UInt32 = 0
    while position < text.utf8CodeUnitCount {
      let byte = text.utf8Start[position]
      position += 1
      // Line breaks.
      guard byte >= 0x30 else { continue }
      let digit = UInt32(byte - 0x30)
      value |= (digit & 31) << shift
      if digit < 32 { return value }
      shift += 5
    }
    return nil
  }
}
