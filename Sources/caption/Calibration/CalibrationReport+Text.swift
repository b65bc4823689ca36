import CaptionMetrics
import Training

extension CalibrationReport {
  /// The report as tables for people.
  var text: String {
    let curve = captions.reliability
    var text = """
      captions of \(captions.photos) validation photos that nothing was fitted to
      right (CIDEr of \(captions.rightCIDEr) or more)  \(percent(captions.right))
      expected calibration error    \(fixed(curve.expectedError))
      Brier score                   \(fixed(curve.brierScore))
      AUROC, right against wrong    \(fixed(captions.auroc)) (of the words' probabilities alone \(fixed(captions.aurocOfWords)))

      confidence   photos  stated  right

      """
    for bin in curve.bins where bin.count > 0 {
      let end = bin.lowest + 1 / Double(curve.bins.count)
      text += "\(fixed(bin.lowest, 1)) to \(fixed(end, 1))"
      text += "\(padded("\(bin.count)", 9))\(padded(fixed(bin.predicted), 8))\(padded(fixed(bin.observed), 7))\n"
    }
    guard let photos else { return text }
    text += """

      \(photos.photos) photos and \(photos.others) images of no photo that nothing was fitted to
      AUROC, photos against others  \(fixed(photos.auroc, 4))
      photos kept                   \(percent(photos.kept))
      others refused                \(percent(photos.refused))

      kind            images  refused  as a kind not seen: AUROC  refused

      """
    for kind in photos.kinds {
      let name = kind.name + String(repeating: " ", count: max(0, 14 - kind.name.count))
      text += "\(name)\(padded("\(kind.images)", 8))\(padded(percent(kind.refused), 9))"
      text += "\(padded(fixed(kind.aurocUnseen, 4), 27))\(padded(percent(kind.refusedUnseen), 9))\n"
    }
    return text
  }

  private func fixed(_ value: Double?, _ places: Int = 3) -> String {
    value.map { Formatting.fixed($0, places) } ?? "none"
  }

  private func percent(_ share: Double) -> String { "\(Formatting.fixed(100 * share, 1)) %" }

  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
