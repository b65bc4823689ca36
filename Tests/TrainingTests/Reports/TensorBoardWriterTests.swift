import Foundation
import Synchronization
import TestSupport
import Testing
import Training

@Suite("TensorBoard event files")
struct TensorBoardWriterTests {
  @Test("a run's file is byte for byte what TensorBoard's own writer makes")
  func run() throws {
    try withTemporaryDirectory { directory in
      let writer = try writer(directory, firstStep: 1, seconds: [0, 0.25, 1.5, 2.5, 3.5, 4.5, 5.5])
      try writer.append(training(step: 1))
      try writer.append(training(step: 2, loss: .infinity, gradientNorm: -.infinity))
      try writer.append(training(step: 300, loss: 0))
      try writer.append(validation(step: 300))
      var withoutScores = validation(step: 5_000_000_000, cider: nil)
      (withoutScores.bleu4, withoutScores.rougeL) = (nil, nil)
      try writer.append(withoutScores)
      #expect(try Data(contentsOf: URL(filePath: writer.path)) == Fixture.data("tensorboard/run.tfevents"))
    }
  }

  @Test("each of several datasets has curves of its own")
  func datasets() throws {
    try withTemporaryDirectory { directory in
      let writer = try writer(directory, firstStep: 1, seconds: [0, 0.25, 1.5])
      try writer.append(mixedValidation(step: 1))
      let bytes = try Data(contentsOf: URL(filePath: writer.path))
      for tag in [
        "validation/cider", "validation/flickr8k/cider", "validation/varied/loss", "validation/varied/rouge_l",
      ] {
        #expect(bytes.firstRange(of: Data(tag.utf8)) != nil, "\(tag)")
      }
    }
  }

  @Test("a resumed run says with which step it starts")
  func resumed() throws {
    try withTemporaryDirectory { directory in
      let writer = try writer(directory, firstStep: 3, seconds: [0, 100.25, 101.5])
      try writer.append(training(step: 3))
      #expect(try Data(contentsOf: URL(filePath: writer.path)) == Fixture.data("tensorboard/resumed.tfevents"))
    }
  }

  @Test("files have names by which they sort in time, also within a second")
  func names() throws {
    try withTemporaryDirectory { directory in
      let below = directory.appending(path: "logs/run")
      let names = try [0, 0.5, 1].map { seconds in
        URL(filePath: try writer(below, firstStep: 1, seconds: [seconds, seconds]).path).lastPathComponent
      }
      #expect(names == names.sorted())
      #expect(Set(names).count == 3)
      let pieces = names[1].split(separator: ".")
      #expect(pieces.prefix(4) == ["events", "out", "tfevents", "1767225600"])
      #expect(pieces.suffix(2) == ["\(getpid())", "1"])
    }
  }

  /// A writer whose clock shows these seconds one after the other, counted from the start of 2026.
  private func writer(_ directory: URL, firstStep: Int, seconds: [Double]) throws -> TensorBoardWriter {
    let clock = Clock(seconds)
    return try TensorBoardWriter(directory: directory.path(percentEncoded: false), firstStep: firstStep) {
      clock.next()
    }
  }

  private final class Clock: Sendable {
    private let seconds: Mutex<[Double]>

    init(_ seconds: [Double]) { self.seconds = Mutex(seconds) }

    func next() -> Double { seconds.withLock { 1_767_225_600 + $0.removeFirst() } }
  }
}
