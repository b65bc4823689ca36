import Captioning
import Datasets
import Logging
import ModelFiles

/// A run of `caption calibrate`.
struct CalibrationRun {
  let command: CalibrateCommand

  private static let fewestPhotos = 20

  /// - Throws: `CalibrationError`, and what reading, captioning and writing throw.
  func run() async throws {
    let log = Logger(label: "caption") { _ in StandardErrorLog() }
    let store = try ModelStore()
    let directory = try CaptionerLocator(store: store).directory(of: command.model.model)
    let captioner = try command.model.load(log: log).prepared(command.model.precision, isBatch: true)
    let data = try await data(by: captioner, log)
    log.info("fitting to \(data.training.count) training photos")
    let fitting = ConfidenceFitting(photos: data.training)
    let model = fitting.model(photos: data.fitted, others: data.otherFitted, keep: command.keep.share)
    let report = CalibrationReport(model, data, rightCIDEr: command.rightCider, fitting: fitting)
    try StandardOutput.write(command.json ? StableJSON.line(report) + "\n" : report.text)
    if command.dryRun { return }
    let path = Path.join(directory, ConfidenceModel.fileName)
    try model.write(to: path)
    var manifest = try CaptionerManifest(directory: directory)
    manifest.confidence = .init(path: ConfidenceModel.fileName, sha256: try store.hashes.hash(ofFile: path))
    try manifest.write(toDirectory: directory)
    let byteCount = try InputFile(path: path).byteCount
    log.info("wrote \(path), \(byteCount) bytes")
  }

  private func data(by captioner: Captioner, _ log: Logger) async throws -> CalibrationData {
    var data = CalibrationData()
    for named in try NamedDataset.list(command.data, images: command.images, columns: command.columns.columns) {
      try await data.add(named, by: captioner, command, log: log)
    }
    try require(data.training.count, of: "training")
    try require(data.fitted.count, of: "validation")
    try require(data.reported.count, of: "validation")
    let right = data.fitted.count(where: \.isRight)
    if right == 0 || right == data.fitted.count {
      throw CalibrationError.oneOutcome(isRight: right > 0, threshold: command.rightCider)
    }
    if let directory = command.nonphotos { try await data.addNonPhotos(directory, by: captioner, log: log) }
    return data
  }

  private func require(_ count: Int, of split: String) throws {
    if count < Self.fewestPhotos {
      throw CalibrationError.tooFewPhotos(split: split, found: count, needed: Self.fewestPhotos)
    }
  }
}
