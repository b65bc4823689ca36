/// A pattern of paths, as shells and `.gitignore` files have them, case-sensitive.
///
/// `*` stands for any characters and `?` for any one character, but not for `/`; `**` for any characters; `**/` for any
/// number of whole directories, also none; `[a-z]` for one of these and `[!a-z]` for any other, but not `/`; `{a,b}`
/// for either. A backslash makes a character literal. Characters are Unicode scalars; a byte that is no part of one
/// counts as one.
///
/// A pattern without `/` is matched against a path's last component, one with `/` against the whole path; a `/` at the
/// beginning or at the end serves only to choose this.
package struct Glob: Sendable, Equatable, CustomStringConvertible {
  let pattern: String
  private let alternatives: [Alternative]

  struct Alternative: Sendable, Equatable {
    var tokens: [Token]
    /// Whether the pattern is matched against the whole path.
    var isPath: Bool
  }

  enum Token: Sendable, Equatable {
    case character(Unicode.Scalar)
    case anyCharacter
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    case anyName
    case anyPath
    /// The token `**/`.
    case anyDirectories
  }

  /// - Throws: `ImageListingError.invalidPattern`.
  package init(_ pattern: String) throws(ImageListingError) {
    self.pattern = pattern
    alternatives = try GlobParser.alternatives(pattern)
  }

  package var description: String { pattern }

  /// - Parameter path: relative, without a `/` at its end.
  package func matches(_ path: [UInt8]) -> Bool {
    let slash = path.lastIndex(of: UInt8(ascii: "/"))
    let name = path[(slash.map { $0 + 1 } ?? 0)...]
    return alternatives.contains { Self.matches($0.tokens, $0.isPath ? path[...] : name) }
  }

  /// Follows all ways in which the tokens may match in parallel, so that no pattern takes long.
  private static func matches(_ tokens: [Token], _ path: ArraySlice<UInt8>) -> Bool {
    var places = Places(count: tokens.count + 1)
    places.enter(0, tokens)
    var next = places
    var rest = path
    while let character = rest.popFirstCharacter() {
      next.clear()
      let isSlash = character == slash
      for (place, token) in tokens.enumerated() where places.contains[place] {
        switch token {
        case .character(let own): if own.value == character { next.enter(place + 1, tokens) }
        case .anyCharacter: if !isSlash { next.enter(place + 1, tokens) }
        case .set(let ranges, let isNegated):
          let isInSet = ranges.contains { ($0.lowerBound.value...$0.upperBound.value).contains(character) }
          if !isSlash, isInSet != isNegated { next.enter(place + 1, tokens) }
        case .anyName: if !isSlash { next.enter(place, tokens) }
        case .anyPath: next.enter(place, tokens)
        case .anyDirectories:
          // What follows may begin only after a slash.
          next.contains[place] = true
          if isSlash { next.enter(place + 1, tokens) }
        }
      }
      swap(&places, &next)
    }
    return places.contains[tokens.count]
  }

  private static let slash = UInt32(UInt8(ascii: "/"))

  /// The tokens that may come next in the match.
  private struct Places {
    var contains: [Bool]

    init(count: Int) { contains = [Bool](repeating: false, count: count) }

    mutating func clear() {
      for place in contains.indices { contains[place] = false }
    }

    mutating func enter(_ place: Int, _ tokens: [Token]) {
      var place = place
      while true {
        contains[place] = true
        guard place < tokens.count else { return }
        switch tokens[place] {
        // These also match the empty text.
        case .anyName, .anyPath, .anyDirectories: place += 1
        case .character, .anyCharacter, .set: return
        }
      }
    }
  }
}

extension ArraySlice<UInt8> {
  /// A Unicode scalar in UTF-8, or a byte that begins none, as a number beyond all scalars.
  fileprivate mutating func popFirstCharacter() -> UInt32? {
    guard let first else { return nil }
    if first < 0x80 {
      removeFirst()
      return UInt32(first)
    }
    var decoder = UTF8()
    var bytes = prefix(4).makeIterator()
    if case .scalarValue(let scalar) = decoder.decode(&bytes) {
      removeFirst(UTF8.width(scalar))
      return scalar.value
    }
    removeFirst()
    return 0x11_0000 + UInt32(first)
  }
}
