import ModelFiles

/// All that a run leaves in its directory for people to look at: `metrics.jsonl`, `curves.svg`, `samples.html`, and event
/// files in `tensorboard/`.
package final class RunReports: Sendable {
  package static let tensorBoardDirectory = "tensorboard"

  private let directory: String
  private let title: String
  private let metrics: MetricsLog
  private let samples: SamplesPage?
  private let tensorBoard: TensorBoardWriter?

  /// - Parameters:
  ///   - directory: the run's; it exists.
  ///   - photos: for `samples.html`, which is not written without any.
  ///   - step: that of the checkpoint that the run resumes from, whose reports are continued; `nil` begins them anew.
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

  /// All that was measured, that before a resumption included.
  package var records: [MetricsRecord] { metrics.records }

  /// - Throws: `ReportError`.
  package func add(_ metrics: TrainingMetrics) throws(ReportError) {
    guard try self.metrics.append(.training(metrics)) else { return }
    try tensorBoard?.append(metrics)
  }

  /// - Parameter captions: of the photos of `samples.html`.
  /// - Throws: `ReportError`.
  package func add(_ metrics: ValidationMetrics, captions: [SampleCaptions.Caption] = []) throws(ReportError) {
    // What is known from before a resumption stands in the event file of that time, whose points are kept.
    if try self.metrics.append(.validation(metrics)) { try tensorBoard?.append(metrics) }
    try samples?.append(SampleCaptions(metrics, captions: captions))
    try drawCurves()
  }

  /// Draws `curves.svg` as of now; each validation does.
  ///
  /// - Throws: `ReportError`.
  package func drawCurves() throws(ReportError) {
    try LearningCurves(records, title: title).write(directory: directory)
  }
}
