import ModelFiles

/// `samples.html`: a few validation photos with what the mapper says of them, now and after earlier validations.
///
/// The page carries its photos within, so that it can be moved and sent. What was said is kept in `samples.jsonl` beside
/// it, from which a resumed run takes the earlier captions.
package final class SamplesPage: Sendable {
  package static let fileName = "samples.html"

  private let directory: String
  private let title: String
  private let photos: [SamplePhoto]
  private let log: StepLog<SampleCaptions>

  /// - Parameters:
  ///   - directory: the run's; it exists.
  ///   - photos: about a dozen; those that are too large to be carried are named only.
  ///   - step: that of the checkpoint that the run resumes from; `nil` begins anew.
  /// - Throws: `ReportError`.
  package init(
    directory: String, title: String = "Validation photos", photos: [SamplePhoto], resumingAt step: Int? = nil
  ) throws(ReportError) {
    self.directory = directory
    self.title = title
    self.photos = photos
    log = try StepLog(directory: directory, resumingAt: step)
    try write()
  }

  /// Adds what is said after a validation and writes the page anew, in one step.
  ///
  /// - Throws: `ReportError`.
  package func append(_ captions: SampleCaptions) throws(ReportError) {
    if try log.append(captions) { try write() }
  }

  private func write() throws(ReportError) {
    let html = SamplesHTML(title: title, photos: photos, history: log.records).text
    do {
      try FileSystem.writeAtomically(Array(html.utf8), to: Path.join(directory, Self.fileName))
    } catch {
      throw .file(error)
    }
  }
}
