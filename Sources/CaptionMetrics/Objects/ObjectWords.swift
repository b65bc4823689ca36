/// The words that captions use for the objects of COCO, the plurals included.
package struct ObjectWords: Sendable {
  /// What a phrase stands for.
  enum Meaning: Sendable, Equatable {
    /// One of these objects: `board` may be any of three.
    case objects(Set<String>)
    /// The object only where the word is no adjective, as in `an orange`.
    case noun(String)
    /// No object, though a word in it is one: `train station`.
    case nothing
  }

  /// The table of this module.
  package static let standard = ObjectWords(table: table)

  private let meanings: [[String]: Meaning]
  /// The length of the longest phrase, in words.
  let longest: Int

  /// - Parameter table: lines `object: word, word, …`; `object|object: …` for words that may stand for several; `-: …` for
  ///   phrases that stand for none. An object's own name is among its words; `object?:` makes that one a noun which is also
  ///   an adjective. The plural of each is added; `man/men` gives one that does not follow the rules.
  init(table: String) {
    var meanings: [[String]: Meaning] = [:]
    for line in table.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let head = line[..<colon]
      let isAmbiguous = head.hasSuffix("?")
      let objects = head.split(separator: "|").map { String($0.filter { $0 != "?" }) }
      let meaning: Meaning = head == "-" ? .nothing : .objects(Set(objects))
      if head != "-", objects.count == 1 {
        Self.add(objects[0], isAmbiguous ? .noun(objects[0]) : meaning, plural: meaning, to: &meanings)
      }
      for word in line[line.index(after: colon)...].split(separator: ",") {
        Self.add(String(word), meaning, plural: meaning, to: &meanings)
      }
    }
    self.meanings = meanings
    longest = meanings.keys.map(\.count).max() ?? 0
  }

  private static func add(
    _ entry: String, _ meaning: Meaning, plural: Meaning, to meanings: inout [[String]: Meaning]
  ) {
    let forms = entry.split(separator: "/").map { $0.split(separator: " ").map(String.init) }
    guard let singular = forms.first, let last = singular.last else { return }
    let other = forms.count > 1 ? forms[1] : singular.dropLast() + [Self.plural(of: last)]
    meanings[other] = plural
    meanings[singular] = meaning
  }

  private static func plural(of word: String) -> String {
    if ["s", "x", "z", "ch", "sh"].contains(where: word.hasSuffix) { return word + "es" }
    if word.hasSuffix("y"), let before = word.dropLast().last, !"aeiou".contains(before) {
      return word.dropLast() + "ies"
    }
    return word + "s"
  }

  /// All objects that some phrase stands for.
  package var objects: Set<String> {
    meanings.values.reduce(into: []) { all, meaning in
      switch meaning {
      case .objects(let objects): all.formUnion(objects)
      case .noun(let object): all.insert(object)
      case .nothing: break
      }
    }
  }

  /// The longest phrase that begins at a place.
  func phrase(in words: [String], at start: Int) -> (length: Int, meaning: Meaning)? {
    for length in stride(from: min(longest, words.count - start), to: 0, by: -1) {
      if let meaning = meanings[Array(words[start..<start + length])] { return (length, meaning) }
    }
    return nil
  }
}
