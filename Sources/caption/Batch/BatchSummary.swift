import BatchCaptioning
import Captioning
import Logging
import ModelFiles

/// What a run did, how fast, and what limited its speed.
struct BatchSummary {
  let snapshot: BatchProgress.Snapshot
  let seconds: Double
  let workers: Int
  /// The peak memory of this process in bytes.
  let peakMemory: Int?

  var captioned: Int { snapshot.tally.captioned }

  /// The number of images that have no caption, including those of earlier runs.
  var failed: Int { max(0, snapshot.before.failed + snapshot.tally.failed - snapshot.retried) }

  /// The counts as `990 captioned (12 of them copies), 7 failed, 3 no images; 880 were done before`.
  var counts: String {
    let tally = snapshot.tally
    var parts = ["\(tally.captioned) captioned"]
    if snapshot.copies > 0 { parts[0] += " (\(snapshot.copies) with the same bytes as others)" }
    if snapshot.replaced > 0 { parts.append("\(snapshot.replaced) of them anew, since their files were replaced") }
    if tally.unsure > 0 { parts.append("\(tally.unsure) not sure") }
    if tally.failed > 0 { parts.append("\(tally.failed) failed") }
    if tally.present > 0 { parts.append("\(tally.present) had a caption") }
    if tally.skipped > 0 { parts.append("\(tally.skipped) no images") }
    var before = snapshot.resumed > 0 ? "; \(snapshot.resumed) were done before" : ""
    if snapshot.writtenAgain > 0 { before += ", of which an output lacked \(snapshot.writtenAgain)" }
    return parts.joined(separator: ", ") + before
  }

  /// The share of the time for which one worker of each stage, or all of them together, was busy.
  private var shares: [(stage: BatchStage, share: Double)] {
    BatchStage.allCases.compactMap { stage in
      guard let reading = snapshot.stages[stage], reading.images > 0, seconds > 0 else { return nil }
      return (stage, reading.busySeconds / seconds / Double(stage == .prepare ? workers : 1))
    }
  }

  /// The rates as `8.1 images/s; each stage by itself: prepare 2 × 105/s, encode 13.2/s, …`; `nil` without captions.
  var throughput: String? {
    guard snapshot.tally.total > 0, seconds > 0 else { return nil }
    let rates = BatchStage.allCases.compactMap { stage in
      snapshot.stages[stage]?.imagesPerSecond.map { rate in
        "\(stage.rawValue) \(stage == .prepare && workers > 1 ? "\(workers) × " : "")\(Self.rate(rate))/s"
      }
    }
    let total = "\(Self.rate(Double(snapshot.tally.total) / seconds)) images/s in \(BatchStatus.duration(seconds))"
    return rates.isEmpty ? total : total + "; each stage by itself: " + rates.joined(separator: ", ")
  }

  /// The limiting stage, as `bound by encode: busy 61 % of the time (generate 33 %, prepare 4 %)`.
  var bottleneck: String? {
    let sorted = shares.sorted { $0.share > $1.share }
    guard let first = sorted.first, first.share >= 0.05 else { return nil }
    let others = sorted.dropFirst().filter { $0.share >= 0.01 }.map { "\($0.stage.rawValue) \(Self.percent($0.share))" }
    return "bound by \(first.stage.rawValue): busy \(Self.percent(first.share)) of the time"
      + (others.isEmpty ? "" : " (" + others.joined(separator: ", ") + ")")
  }

  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "captioned": "\(snapshot.tally.captioned)", "not_sure": "\(snapshot.tally.unsure)",
      "copies": "\(snapshot.copies)", "failed": "\(snapshot.tally.failed)",
      "present": "\(snapshot.tally.present)", "skipped": "\(snapshot.tally.skipped)",
      "done_before": "\(snapshot.resumed)", "written_again": "\(snapshot.writtenAgain)",
      "replaced": "\(snapshot.replaced)", "seconds": "\(seconds.rounded(toPlaces: 3))",
    ]
    for (stage, share) in shares {
      metadata["\(stage.rawValue)_busy"] = "\(share.rounded(toPlaces: 4))"
      if let rate = snapshot.stages[stage]?.imagesPerSecond {
        metadata["\(stage.rawValue)_images_per_second"] = "\(rate.rounded(toPlaces: 2))"
      }
    }
    if let peakMemory { metadata["peak_memory"] = "\(peakMemory)" }
    return metadata
  }

  private static func rate(_ rate: Double) -> String { "\(rate >= 100 ? rate.rounded() : rate.rounded(toPlaces: 1))" }
  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
