import ModelFiles

/// All reports that a run leaves in its directory for people: `metrics.jsonl`, `curves.svg`, `samples.html`, and event
/// files in `tensorboard/`.
package final class RunReports: Sendable {
  package static let tensorBoardDirectory = "tensorboard"

  private let directory: String
  private let title: String
  private let metrics: MetricsLog
  private let samples: SamplesPage?
  private let tensorBoard: TensorBoardWriter?

  /// - Parameters:
  ///   - directory: the run's directory, which exists.
  ///   - photos: the photos of `samples.html`, which is not written without any.
  ///   - step: the step of the checkpoint that the run resumes from, whose reports are continued; `nil` begins new
  ///     ones.
  /// - Throws: `ReportError`.
  package init(
    directory: String, title: String, photos: [SamplePhoto] = [], withTensorBoard: Bool = false,
    resumingAt step: Int? = nil
  ) throws(ReportError) {
    self.directory = directory
    self.title = title
    metrics = try MetricsLog(directory: directory, resumingAt: step)
    samples =
      photos.isEmpty ? nil : try SamplesPage(directory: directory, title: title, photos: photos, resumingAt: step)
    tensorBoard =
      withTensorBoard
      ? try TensorBoardWriter(directory: Path.join(directory, Self.tensorBoardDirectory), firstStep: (step ?? 0) + 1)
      : nil
  }

  /// All measurements, including those before a resumption.
  package var records: [MetricsRecord] { metrics.records }

  /// - Throws: `ReportError`.
  package func add(_ metrics: TrainingMetrics) throws(ReportError) {
    guard try self.metrics.append(.training(metrics)) else { return }
    try tensorBoard?.append(metrics)
  }

  /// - Parameter captions: the captions of the photos of `samples.html`.
  /// - Throws: `ReportError`.
  package func add(_ metrics: ValidationMetrics, captions: [SampleCaptions.Caption] = []) throws(ReportError) {
    // Measurements from before a resumption are in the earlier event file, whose points are kept.
    if try self.metrics.append(.validation(metrics)) { try tensorBoard?.append(metrics) }
    try samples?.append(SampleCaptions(metrics, captions: captions))
    try drawCurves()
  }

  /// Draws `curves.svg` with all records so far; each validation does so.
  ///
  /// - Throws: `ReportError`.
  package func drawCurves() throws(ReportError) {
    try LearningCurves(records, title: title).write(directory: directory)
  }
}
