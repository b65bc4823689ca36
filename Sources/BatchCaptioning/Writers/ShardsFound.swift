import Datasets
import ModelFiles
package import SystemPackage

/// The shards of a WebDataset output before a run continues them: whether the last one holds what the journal says.
/// They are only read. Earlier shards are never written again, and so not checked.
package struct ShardsFound {
  /// The position to continue from; `nil` begins anew.
  package let position: OutputPosition?

  private init(position: OutputPosition?) { self.position = position }

  /// - Parameters:
  ///   - endedInOrder: whether no run was killed since: then only the archive's end follows the last sample.
  /// - Returns: `nil` where all shards are gone.
  /// - Throws: `BatchError`, `FileSystemError`.
  package init?(directory: FilePath, position: OutputPosition?, endedInOrder: Bool, begunPath: String) throws {
    let last = BegunShards(path: begunPath).last ?? -1
    let next = WebDatasetOutput.path(max(last, position?.part ?? -1) + 1, in: directory)
    if AtomicFile.exists(next) { throw BatchError.existingOutput(path: next.text) }
    guard let position, position.byteCount > 0 else {
      self.init(position: position)
      return
    }
    let path = WebDatasetOutput.path(position.part, in: directory)
    guard AtomicFile.exists(path) else {
      let isAnyLeft = (0...position.part).contains { AtomicFile.exists(WebDatasetOutput.path($0, in: directory)) }
      if !isAnyLeft { return nil }
      throw BatchError.shortOutput(path: path.text, found: 0, expected: position.byteCount)
    }
    let file = try InputFile(path: path.string)
    if file.byteCount < position.byteCount {
      throw BatchError.shortOutput(path: path.text, found: file.byteCount, expected: position.byteCount)
    }
    guard try RunningDigest(file, count: position.byteCount).current == position.digest else {
      throw BatchError.changedOutput(path: path.text, problem: "was changed after a run of caption wrote it")
    }
    if endedInOrder {
      let footer = TarBlocks.footer(behind: position.byteCount)
      guard try file.bytes(at: position.byteCount, upTo: footer.count + 1) == footer else {
        throw BatchError.changedOutput(path: path.text, problem: "holds more than runs of caption wrote")
      }
    }
    self.init(position: position)
  }

  /// Takes the shards as they are.
  ///
  /// - Throws: `BatchError.notAdoptable` where the last one is no complete archive; `FileSystemError`.
  package init(adopting directory: FilePath, position: OutputPosition?) throws {
    guard var position, position.byteCount > 0 else {
      let first = WebDatasetOutput.firstShard(in: directory)
      if AtomicFile.exists(first) {
        throw BatchError.notAdoptable(path: first.text, problem: "is a shard that the journal does not know")
      }
      self.init(position: nil)
      return
    }
    while AtomicFile.exists(WebDatasetOutput.path(position.part + 1, in: directory)) { position.part += 1 }
    let path = WebDatasetOutput.path(position.part, in: directory)
    guard AtomicFile.exists(path) else { throw BatchError.notAdoptable(path: path.text, problem: "is missing") }
    do {
      var reader = TarReader(file: try DatasetFile(path, stage: .write))
      while try reader.next() != nil {}
      position.byteCount = reader.offset
    } catch {
      throw BatchError.notAdoptable(path: path.text, problem: "is damaged (\(error))")
    }
    position.digest = try RunningDigest(InputFile(path: path.string), count: position.byteCount).current
    self.init(position: position)
  }
}
