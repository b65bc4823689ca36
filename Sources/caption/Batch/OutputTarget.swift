import ArgumentParser
import ModelFiles

/// A file that captions go to, and its format.
struct OutputTarget: Equatable {
  enum Format: String, CaseIterable {
    case jsonl, csv, coco, imagefolder, gallery
  }

  let format: Format
  /// The path; `nil` is standard output.
  let path: String?

  /// - Parameter argument: `path`, `format:path` or `-`.
  /// - Throws: `ValidationError` where the format is unknown.
  init(_ argument: String) throws {
    if argument == "-" {
      (format, path) = (.jsonl, nil)
      return
    }
    if let colon = argument.firstIndex(of: ":"), let named = Format(rawValue: String(argument[..<colon])) {
      let path = String(argument[argument.index(after: colon)...])
      if path.isEmpty || path == "-" && named != .jsonl && named != .csv {
        throw ValidationError("-o \(argument): a \(named.rawValue) output needs a file.")
      }
      (format, self.path) = (named, path == "-" ? nil : path)
      return
    }
    path = argument
    let name = Path.name(argument).lowercased()
    switch name.split(separator: ".").last.map(String.init) {
    case _ where name == "metadata.jsonl": format = .imagefolder
    case "jsonl", "ndjson": format = .jsonl
    case "json": format = .coco
    case "csv": format = .csv
    case "html", "htm": format = .gallery
    default:
      throw ValidationError(
        "-o \(argument): the name does not tell the format. End it in .jsonl, .json, .csv or .html, or put "
          + "\(Format.allCases.map { "\($0.rawValue):" }.joined(separator: ", ")) before it.")
    }
  }
}
