import ModelFiles

/// `samples.html`: a few validation photos with their captions, now and after earlier validations.
///
/// The photos are embedded in the page, so that it can be moved and sent. The captions are kept in `samples.jsonl`
/// beside it, from which a resumed run takes the earlier ones.
package final class SamplesPage: Sendable {
  package static let fileName = "samples.html"

  private let directory: String
  private let title: String
  private let photos: [SamplePhoto]
  private let log: StepLog<SampleCaptions>

  /// - Parameters:
  ///   - directory: the run's directory, which exists.
  ///   - photos: about a dozen photos; those that are too large to embed are only named.
  ///   - step: the step of the checkpoint that the run resumes from; `nil` begins a new page.
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

  /// Adds the captions of a validation and rewrites the page, in one step.
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
