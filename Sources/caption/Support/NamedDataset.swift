import ArgumentParser
import Datasets
import Foundation

/// One of the datasets that a command is given.
struct NamedDataset {
  /// The name for people and in reports: only letters, digits, `-`, `_` and `.`; no two names are the same.
  let name: String
  let path: String
  /// The directory of its images, if not beside it.
  let images: String?
  /// How often its photos are drawn, relative to those of a dataset of weight 1.
  let weight: Double
  let columns: CaptionColumns

  init(
    name: String, path: String, images: String? = nil, weight: Double = 1, columns: CaptionColumns = CaptionColumns()
  ) {
    self.name = name
    self.path = path
    self.images = images
    self.weight = weight
    self.columns = columns
  }

  /// The value of `--images` for a dataset whose images are beside it.
  static let noImages = "-"

  /// - Parameters:
  ///   - images: the directory for each dataset, or none.
  ///   - weights: the weight of each dataset, or none.
  ///   - columns: the columns of all datasets.
  /// - Throws: `ValidationError` where their numbers differ, or weights are wrong.
  static func list(
    _ paths: [String], images: [String], weights: [Double] = [], columns: CaptionColumns
  ) throws -> [NamedDataset] {
    guard images.isEmpty || images.count == paths.count else {
      throw ValidationError(
        "Give --images once for each --data, in their order; \(noImages) stands for images beside the data.")
    }
    guard weights.isEmpty || weights.count == paths.count && paths.count > 1 else {
      throw ValidationError("Give --weight once for each of several --data, in their order.")
    }
    guard weights.allSatisfy({ (0...1000).contains($0) }), weights.isEmpty || weights.contains(where: { $0 > 0 }) else {
      throw ValidationError("--weight takes 0 to 1000, and one above 0.")
    }
    let names = names(of: paths)
    return paths.indices.map { index in
      NamedDataset(
        name: names[index], path: paths[index],
        images: images.isEmpty || images[index] == noImages ? nil : images[index],
        weight: weights.isEmpty ? 1 : weights[index], columns: columns)
    }
  }

  /// The last parts of the paths, without file extensions; where some are the same, with the folders before them.
  private static func names(of paths: [String]) -> [String] {
    let urls = paths.map { URL(filePath: $0).standardizedFileURL }
    var names = urls.map(stem)
    let common = Dictionary(grouping: names, by: \.self).filter { $1.count > 1 }.keys
    for index in names.indices where common.contains(names[index]) {
      names[index] = stem(urls[index].deletingLastPathComponent()) + "-" + names[index]
    }
    var taken: Set<String> = []
    return names.map { name in
      var (unique, number) = (name, 1)
      while !taken.insert(unique).inserted {
        number += 1
        unique = "\(name)-\(number)"
      }
      return unique
    }
  }

  private static let endings: Set<String> = ["jsonl", "json", "csv", "tsv", "txt", "tar"]

  private static func stem(_ url: URL) -> String {
    let name = (endings.contains(url.pathExtension.lowercased()) ? url.deletingPathExtension() : url).lastPathComponent
    let isPlain = { (character: Character) in
      character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
    }
    let plain = String(name.map { isPlain($0) ? $0 : "-" })
    return plain.contains { $0.isLetter || $0.isNumber } ? plain : "data"
  }
}
