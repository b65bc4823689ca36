/// A place in a caption that names an object of COCO.
package struct ObjectMention: Sendable, Equatable {
  /// The phrase as it was written, in lower case.
  package let phrase: String
  /// The objects of COCO that it may stand for: usually one. A `bike` is a bicycle or a motorcycle.
  package let objects: Set<String>

  /// All mentions in a caption, from the left; where phrases overlap the longest counts, so that a hot dog is no dog.
  package static func all(in caption: String) -> [ObjectMention] { all(in: words(of: caption), .standard) }

  static func all(in words: [String], _ table: ObjectWords) -> [ObjectMention] {
    var mentions: [ObjectMention] = []
    var place = 0
    while place < words.count {
      guard let (length, meaning) = table.phrase(in: words, at: place) else {
        place += 1
        continue
      }
      if let objects = objects(meaning, words, place..<place + length, table) {
        mentions.append(ObjectMention(phrase: words[place..<place + length].joined(separator: " "), objects: objects))
      }
      place += length
    }
    return mentions
  }

  /// Words as the metrics take them; parts joined by hyphens are words of their own.
  static func words(of caption: String) -> [String] {
    PTBTokenizer.tokens(caption).flatMap { $0.split(separator: "-").map(String.init) }
  }

  private static func objects(
    _ meaning: ObjectWords.Meaning, _ words: [String], _ range: Range<Int>, _ table: ObjectWords
  ) -> Set<String>? {
    let before = range.lowerBound > 0 ? words[range.lowerBound - 1] : nil
    switch meaning {
    case .nothing: return nil
    case .noun(let object): return isNoun(words, at: range.lowerBound) ? [object] : nil
    case .objects(let objects):
      // A toy train is no train; a toy bear has an entry of its own.
      if let before, ["toy", "stuffed", "plush"].contains(before), objects != ["teddy bear"] { return nil }
      // Nor is a bird-shaped boat a bird.
      if range.upperBound < words.count, ["shaped", "print", "printed"].contains(words[range.upperBound]) {
        return nil
      }
      if objects == ["person"], isKin(words, at: range, table) { return nil }
      return objects
    }
  }

  private static let articles: Set<String> = ["a", "an", "one", "the", "another", "peeled", "sliced", "half", "whole"]
  private static let followers: Set<String> = [
    "on", "in", "with", "next", "sitting", "sits", "is", "are", "that", "from", "near", "beside", "to", "at", "by",
    "cut", "lying", "lies", "under", "being",
  ]

  /// Whether a word that is an adjective, too, is a noun here: `an orange on a plate`, not `an orange and white cat`.
  private static func isNoun(_ words: [String], at place: Int) -> Bool {
    guard place > 0, articles.contains(words[place - 1]) else { return false }
    guard place + 1 < words.count else { return true }
    if ["and", "or"].contains(words[place + 1]) {
      return place + 2 < words.count && articles.contains(words[place + 2])
    }
    return followers.contains(words[place + 1])
  }

  private static let kin: Set<String> = [
    "baby", "mother", "father", "parent", "adult", "male", "female", "infant", "family", "babies", "adults",
  ]

  /// Whether a word for a person refers to an animal here: `a baby elephant`, `a mother and baby bear`.
  private static func isKin(_ words: [String], at range: Range<Int>, _ table: ObjectWords) -> Bool {
    guard range.count == 1, kin.contains(words[range.lowerBound]) else { return false }
    var next = range.upperBound
    while next < words.count, kin.contains(words[next]) || isJoint(words, next) { next += 1 }
    guard next < words.count, case .objects(let objects) = table.phrase(in: words, at: next)?.meaning else {
      return false
    }
    return objects.isSubset(of: COCOObjects.animals)
  }

  /// An `and` or `of` before another such word: `a mother and baby bear`; `a family of bears`.
  private static func isJoint(_ words: [String], _ place: Int) -> Bool {
    words[place] == "of" || words[place] == "and" && place + 1 < words.count && kin.contains(words[place + 1])
  }
}
