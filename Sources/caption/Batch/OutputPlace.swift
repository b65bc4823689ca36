import BatchCaptioning
import Captioning
import ModelFiles
import SystemPackage

/// Where an output continues.
struct OutputPlace: Sendable {
  /// The name for the output's own files in the journal's directory.
  let name: String
  /// Whether all that the output holds is replaced.
  let restarts: Bool
  /// The position to continue from; `nil` begins anew.
  var position: OutputPosition?
  /// The digest of what comes before that position.
  var digest: RunningDigest?
  /// The bytes that the last row lacks.
  var completion: [UInt8] = []
  /// Whether the journal knows of a file that is gone.
  var isGone = false
  /// A page that a person changed, which is to be kept under another name.
  var changedPage: String?
}

extension BatchPlan {
  /// Checks all outputs without changing any.
  ///
  /// - Parameters:
  ///   - restarts: whether all that they hold is replaced.
  ///   - adopts: whether they are continued whatever they hold.
  /// - Throws: `BatchError` where an output holds what no run of the journal wrote, or lacks what one did.
  func places(_ journal: BatchJournal, restarts: Bool, adopts: Bool) throws -> [OutputPlace] {
    try outputs.enumerated().map { index, output in
      let (before, pending) = (journal.outputPositions[index], journal.outputsPending[index])
      let name = "output-\(journal.number(ofOutput: index))"
      var place = OutputPlace(name: name, restarts: restarts, position: before)
      if restarts { return place }
      switch output {
      case .text, .xmp: break
      case .shards(let directory):
        let path = FilePath(directory)
        let found: ShardsFound? =
          try adopts
          ? ShardsFound(adopting: path, position: before)
          : ShardsFound(
            directory: path, position: before, endedInOrder: journal.endedInOrder,
            begunPath: Self.begunPath(journal.directory))
        place.position = found?.position
        place.isGone = found == nil
      case .target(let target):
        guard let path = target.path else { break }
        if target.format == .gallery {
          do {
            _ = try GallerySeal.check(path)
          } catch let error as BatchError {
            guard adopts else { throw error }
            place.changedPage = path
          }
          break
        }
        let format = try rowFormat(target)
        let found =
          try adopts
          ? AppendedFile(adopting: path, format: format, rows: before?.rows ?? 0)
          : AppendedFile(path: path, format: format, position: before, pending: pending)
        place.position = found?.position
        place.digest = found?.digest
        place.completion = found?.completion ?? []
        place.isGone = found == nil && before != nil
      }
      return place
    }
  }

  /// Tells the journal where outputs continue that differ from it: adopted files, and those that are gone.
  ///
  /// - Throws: `FileSystemError`.
  func settle(_ places: [OutputPlace], in journal: BatchJournal) throws {
    var moved: [Int: OutputPosition?] = [:]
    for (index, place) in places.enumerated() {
      if place.isGone {
        moved.updateValue(nil, forKey: index)
      } else if let position = place.position, position != journal.outputPositions[index] {
        moved.updateValue(position, forKey: index)
      }
    }
    try journal.move(moved)
    for path in places.compactMap(\.changedPage) {
      var (name, number) = (path + ".changed", 1)
      while FileSystem.isRegularFile(name) {
        number += 1
        name = path + ".changed-\(number)"
      }
      try FileSystem.rename(path, to: name)
    }
  }

  /// Notices about outputs before the run: which are made again, and which are new to the journal.
  func notices(_ places: [OutputPlace], _ journal: BatchJournal) -> [String] {
    if journal.resumed.tally.captioned == 0 { return [] }
    return zip(outputs, places).compactMap { (output, place) -> String? in
      guard place.isGone || place.changedPage != nil else { return nil }
      return switch output {
      case .text, .xmp: nil
      case .shards(let directory): "\(directory): its shards are gone; they are made again"
      case .target(let target):
        place.isGone
          ? "\(target.path ?? "-") is gone; it is made again, from captions that are known"
          : "\(target.path ?? "-") was changed; it is kept as \(target.path ?? "-").changed, and a new page is made"
      }
    }
  }
}
