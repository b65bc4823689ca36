import ModelFiles
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A record of a `StepLog`: something measured after an optimiser step.
package protocol StepRecord: Codable, Sendable {
  /// The name of the log in a run's directory.
  static var fileName: String { get }

  /// The number of optimiser steps done.
  var step: Int { get }

  /// The kind of the record; each step has one record of each kind.
  var kind: String { get }
}

/// A file of JSON lines that grows with a run and that a resumed run continues as if there had been no interruption.
///
/// Every line is passed to the system before `append` returns, so that a killed process loses none.
package final class StepLog<Record: StepRecord>: Sendable {
  package let path: String
  private let file: AppendingFile
  private let kept: Mutex<[Record]>

  /// Begins the log of a run, or continues it.
  ///
  /// - Parameters:
  ///   - directory: the run's directory, which exists.
  ///   - step: the step of the checkpoint that the run resumes from: lines of later steps, which will be measured
  ///     again, and a torn last line are cut off. `nil` begins a new log; that of an earlier run is removed.
  /// - Throws: `ReportError`.
  package init(directory: String, resumingAt step: Int? = nil) throws(ReportError) {
    path = Path.join(directory, Record.fileName)
    var lines: [Line] = []
    if let step { lines = try Self.lines(path).filter { $0.record.step <= step } }
    kept = Mutex(lines.map(\.record))
    do {
      try FileSystem.writeAtomically(lines.flatMap { $0.bytes + [Self.newline] }, to: path)
      file = try AppendingFile(path: path)
    } catch {
      throw .file(error)
    }
  }

  /// All records, including those before a resumption.
  package var records: [Record] { kept.withLock { $0 } }

  /// Adds a line. A record whose kind and step are already in the log is skipped: a run that was stopped between a
  /// validation and the next checkpoint validates that step again.
  ///
  /// - Returns: whether the record is new.
  /// - Throws: `ReportError`; then the file holds what it held before.
  @discardableResult
  package func append(_ record: Record) throws(ReportError) -> Bool {
    let result: Result<Bool, ReportError> = kept.withLock { kept in
      // Only records of the last step can be the same, since steps never decrease.
      let last = kept.reversed().prefix { $0.step == record.step }
      guard !last.contains(where: { $0.kind == record.kind }) else { return .success(false) }
      return Result { () throws(ReportError) in
        try write(record)
        kept.append(record)
        return true
      }
    }
    return try result.get()
  }

  /// Reads the log in a run's directory; empty where there is none. A torn last line is skipped.
  ///
  /// - Throws: `ReportError`, also for any other line that is not a valid record.
  package static func read(directory: String) throws(ReportError) -> [Record] {
    try lines(Path.join(directory, Record.fileName)).map(\.record)
  }

  private typealias Line = (bytes: ArraySlice<UInt8>, record: Record)

  private static var newline: UInt8 { UInt8(ascii: "\n") }
  private static var maximumByteCount: Int { 1 << 30 }

  private static func lines(_ path: String) throws(ReportError) -> [Line] {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path, limit: maximumByteCount)
    } catch .notFound {
      return []
    } catch {
      throw .file(error)
    }
    // What follows the last newline was not finished.
    guard let end = bytes.lastIndex(of: newline) else { return [] }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    var lines: [Line] = []
    for (index, line) in bytes[..<end].split(separator: newline, omittingEmptySubsequences: false).enumerated() {
      do {
        lines.append((line, try decoder.decode(Record.self, from: Data(line))))
      } catch {
        throw .invalidLine(path: path, line: index + 1, reason: "\(error)")
      }
    }
    return lines
  }

  private func write(_ record: Record) throws(ReportError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      try file.append(Array(try encoder.encode(record)) + [Self.newline])
    } catch let error as FileSystemError {
      throw .file(error)
    } catch {
      throw .unwritable(path: path, reason: "\(error)")
    }
  }
}
