import Foundation
import ModelFiles
import TestSupport
import Testing
import Training

@Suite("Reports of a run")
struct RunReportsTests {
  private let photos = [SamplePhoto(name: "dog.jpg", imageBytes: [0xFF, 0xD8, 0xFF], references: ["A dog."])]

  @Test("a run leaves its log, curves, samples and events")
  func files() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      let reports = try RunReports(directory: path, title: "Run", photos: photos, withTensorBoard: true)
      try run(reports, 1...2)
      #expect(
        try FileSystem.names(in: path) == [
          "curves.svg", "metrics.jsonl", "samples.html", "samples.jsonl", "tensorboard",
        ])
      #expect(try FileSystem.names(in: directory.appending(path: "tensorboard").path(percentEncoded: false)).count == 1)
    }
  }

  @Test("without photos and TensorBoard there are neither")
  func least() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      try run(try RunReports(directory: path, title: "Run"), 1...2)
      #expect(try FileSystem.names(in: path) == ["curves.svg", "metrics.jsonl"])
    }
  }

  @Test("a run killed after its checkpoint and resumed leaves the reports of an unbroken one")
  func resuming() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      func contents() throws -> [[UInt8]] {
        try ["curves.svg", "metrics.jsonl", "samples.html", "samples.jsonl"].map {
          try FileSystem.read(Path.join(path, $0), limit: 1 << 20)
        }
      }
      try run(try RunReports(directory: path, title: "Run", photos: photos), 1...8)
      let unbroken = try contents()
      try run(try RunReports(directory: path, title: "Run", photos: photos), 1...7)
      // The checkpoint of step 4 was written before the validation of step 4.
      let resumed = try RunReports(directory: path, title: "Run", photos: photos, resumingAt: 4)
      try validate(resumed, 4)
      try run(resumed, 5...8)
      #expect(try contents() == unbroken)
    }
  }

  private func run(_ reports: RunReports, _ steps: ClosedRange<Int>) throws {
    for step in steps {
      try reports.add(training(step: step))
      if step.isMultiple(of: 2) { try validate(reports, step) }
    }
  }

  private func validate(_ reports: RunReports, _ step: Int) throws {
    try reports.add(validation(step: step), captions: [.init(photo: "dog.jpg", caption: "caption \(step)")])
  }
}
