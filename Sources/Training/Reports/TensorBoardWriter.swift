import ModelFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes an event file for TensorBoard: training and validation curves under `train/…` and `validation/…`.
///
/// Every run, including a resumed one, writes its own file; TensorBoard reads those of a directory one after the other.
package final class TensorBoardWriter: Sendable {
  package let path: String
  private let file: AppendingFile
  private let now: @Sendable () -> Double

  /// - Parameters:
  ///   - directory: the directory for `tensorboard --logdir`; it is created if it is missing.
  ///   - firstStep: the next step, 1 for a new run and N + 1 for one resumed at N. TensorBoard discards earlier files'
  ///     values for it and for later steps.
  /// - Throws: `ReportError`.
  package convenience init(directory: String, firstStep: Int = 1) throws(ReportError) {
    try self.init(directory: directory, firstStep: firstStep) { Self.wallTime() }
  }

  /// - Parameter now: returns the seconds since 1970.
  package init(directory: String, firstStep: Int, now: @escaping @Sendable () -> Double) throws(ReportError) {
    do {
      try FileSystem.createDirectory(directory)
      let time = now()
      let seconds = String(Int(time))
      let padded = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
      let name = "events.out.tfevents.\(padded).\(Self.hostName()).\(getpid())"
      file = try Self.newFile(Path.join(directory, name))
      path = file.path
      self.now = now
      for event in [TensorBoardEvent(wallTime: time, .fileVersion), .init(wallTime: now(), step: firstStep, .start)] {
        try file.append(TFRecord.framed(event.bytes))
      }
    } catch {
      throw .file(error)
    }
  }

  /// - Throws: `ReportError`.
  package func append(_ metrics: TrainingMetrics) throws(ReportError) {
    let drawn = metrics.selfCritical.map { drawn in
      [
        ("train/reward", drawn.reward), ("train/advantage", drawn.advantage), ("train/entropy", drawn.entropy),
        ("train/sample_length", drawn.sampleLength),
      ]
    }
    try append(
      step: metrics.step,
      [
        .init("train/loss", metrics.loss), .init("train/learning_rate", metrics.learningRate),
        .init("train/gradient_norm", metrics.gradientNorm),
        .init("train/captions_per_second", metrics.captionsPerSecond),
      ] + (drawn ?? []).map { .init($0, $1) })
  }

  /// - Throws: `ReportError`.
  package func append(_ metrics: ValidationMetrics) throws(ReportError) {
    var all = Self.scalars("validation", metrics.loss, metrics.cider, metrics.bleu4, metrics.rougeL)
    for set in metrics.datasets ?? [] {
      all += Self.scalars("validation/\(set.name)", set.loss, set.cider, set.bleu4, set.rougeL)
    }
    try append(step: metrics.step, all)
  }

  private static func scalars(
    _ place: String, _ loss: Double, _ cider: Double?, _ bleu4: Double?, _ rougeL: Double?
  ) -> [TensorBoardEvent.Scalar] {
    [("loss", loss), ("cider", cider), ("bleu_4", bleu4), ("rouge_l", rougeL)]
      .compactMap { tag, value in value.map { .init("\(place)/\(tag)", $0) } }
  }

  private func append(step: Int, _ scalars: [TensorBoardEvent.Scalar]) throws(ReportError) {
    let event = TensorBoardEvent(wallTime: now(), step: step, .scalars(scalars))
    do { try file.append(TFRecord.framed(event.bytes)) } catch { throw .file(error) }
  }

  /// Opens a new file. TensorBoard reads files in the order of their names: one of the same second gets a numeric
  /// suffix.
  private static func newFile(_ path: String) throws(FileSystemError) -> AppendingFile {
    for number in 0..<100 where !FileSystem.isRegularFile("\(path).\(number)") {
      return try AppendingFile(path: "\(path).\(number)", isNew: true)
    }
    throw .failed(operation: "create", path: path, reason: "there are a hundred of this second")
  }

  private static func wallTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return name.isEmpty || name.contains("/") ? "localhost" : name
  }
}
