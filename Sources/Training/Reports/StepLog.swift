import ModelFiles
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a `StepLog` holds: something known after an optimiser step.
package protocol StepRecord: Codable, Sendable {
  /// What the log is called in a run's directory.
  static var fileName: String { get }

  /// Optimiser steps done.
  var step: Int { get }

  /// Of each kind there is one record a step.
  var kind: String { get }
}

/// A file of JSON lines that grows with a run and that a resumed run continues as if there had been no interruption.
///
/// Every line is with the system before `append` returns, so that a killed process loses none.
package final class StepLog<Record: StepRecord>: Sendable {
  package let path: String
  private let file: AppendingFile
  private let kept: Mutex<[Record]>

  /// Begins the log of a run, or continues it.
  ///
  /// - Parameters:
  ///   - directory: the run's; it exists.
  ///   - step: the step of the checkpoint that the run resumes from: lines of later steps, which will be measured again,
  ///     and a torn last line are cut off. `nil` begins anew; what an earlier run left is removed.
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

  /// All records, those before a resumption included.
  package var records: [Record] { kept.withLock { $0 } }

  /// Adds a line. A record of the kind and step of one that is there already is passed over: a run that was stopped
  /// between a validation and the next checkpoint validates that step again.
  ///
  /// - Returns: whether the record is new.
  /// - Throws: `ReportError`; then the file holds what it held before.
  @discardableResult
  package func append(_ record: Record) throws(ReportError) -> Bool {
    let result: Result<Bool, ReportError> = kept.withLock { kept in
      // Only records of the last step can be the same, for steps never fall.
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

  /// Reads the log in a run's directory; empty where there is none. A torn last line is passed over.
  ///
  /// - Throws: `ReportError`, also for a line elsewhere that cannot be understood.
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
