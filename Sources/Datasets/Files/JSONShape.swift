import Foundation

/// What the first bytes of a JSON file reveal about the whole.
enum JSONShape: Equatable {
  /// One object a line; the first ones have these keys.
  case lines(keys: Set<String>)
  /// One value that takes the whole file.
  case document

  /// The number of lines to look at, since single ones may be damaged.
  private static let lineCount = 20

  /// `nil` for what is not JSON.
  init?(head: [UInt8]) {
    let content = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head[3...] : head[...]
    guard let first = content.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return nil }
    var keys: Set<String> = []
    let lines = content.split(separator: 0x0A, maxSplits: Self.lineCount).prefix(Self.lineCount)
    var objectCount = 0
    for line in lines {
      guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else { continue }
      keys.formUnion(object.keys)
      objectCount += 1
    }
    let isMostlyObjects = objectCount > 0 && 2 * objectCount >= lines.count
    guard [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(first) else {
      // The first lines may be damaged.
      if !isMostlyObjects { return nil }
      self = .lines(keys: keys)
      return
    }
    // A document may contain lines that are objects, but most are followed by commas.
    let isDocument =
      first == UInt8(ascii: "[") || !isMostlyObjects
      || keys.contains("images") || keys.contains("annotations")
    self = isDocument ? .document : .lines(keys: keys)
  }
}
