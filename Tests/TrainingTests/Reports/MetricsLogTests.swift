import Foundation
import ModelFiles
import TestSupport
import Testing
import Training

@Suite("Metrics log")
struct MetricsLogTests {
  @Test("a line is one object with sorted keys")
  func lines() throws {
    try withTemporaryDirectory { directory in
      let log = try MetricsLog(directory: directory.path(percentEncoded: false))
      try log.append(.training(training(step: 1)))
      try log.append(.validation(validation(step: 1)))
      #expect(
        try content(directory) == """
          {"captions":64,"captions_per_second":28.5,"elapsed_seconds":2.25,"epoch":0.5,"gradient_norm":0.75,\
          "kind":"train","learning_rate":0.001,"loss":3.5,"step":1}
          {"bleu_4":0.125,"cider":0.25,"elapsed_seconds":9,"is_best":true,"kind":"validation","loss":3.25,\
          "rouge_l":0.5,"step":1}

          """)
    }
  }

  @Test("what was written is read back, numbers that are none included")
  func roundTrip() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      let records: [MetricsRecord] = [
        .training(training(step: 1)), .validation(validation(step: 1)),
        .training(training(step: 2, loss: .infinity, gradientNorm: -.infinity)),
      ]
      let log = try MetricsLog(directory: path)
      for record in records { try log.append(record) }
      #expect(log.records == records)
      #expect(try MetricsLog.read(directory: path) == records)
      try log.append(.training(training(step: 3, loss: .nan)))
      guard case .training(let last)? = try MetricsLog.read(directory: path).last else {
        Issue.record("the last record is no training step")
        return
      }
      #expect(last.loss.isNaN)
    }
  }

  @Test("a run resumed at a step leaves the file of an unbroken run")
  func resuming() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      func run(_ log: MetricsLog, _ steps: ClosedRange<Int>) throws {
        for step in steps {
          try log.append(.training(training(step: step)))
          if step.isMultiple(of: 2) { try log.append(.validation(validation(step: step))) }
        }
      }
      try run(try MetricsLog(directory: path), 1...8)
      let unbroken = try content(directory)
      try run(try MetricsLog(directory: path), 1...6)
      let resumed = try MetricsLog(directory: path, resumingAt: 3)
      #expect(resumed.records.map(\.step) == [1, 2, 2, 3])
      try run(resumed, 4...8)
      #expect(try content(directory) == unbroken)
    }
  }

  @Test("a step that is validated again after a resumption has one line")
  func validatedAgain() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      let first = try MetricsLog(directory: path)
      try first.append(.training(training(step: 4)))
      try first.append(.validation(validation(step: 4)))
      let resumed = try MetricsLog(directory: path, resumingAt: 4)
      #expect(try !resumed.append(.validation(validation(step: 4))))
      #expect(try resumed.append(.training(training(step: 5))))
      #expect(resumed.records.map(\.kind) == ["train", "validation", "train"])
      #expect(try MetricsLog.read(directory: path) == resumed.records)
    }
  }

  @Test("a torn last line is dropped")
  func tornLine() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      try MetricsLog(directory: path).append(.training(training(step: 1)))
      let whole = try content(directory)
      try Data((whole + whole.dropLast(5)).utf8).write(to: directory.appending(path: "metrics.jsonl"))
      #expect(try MetricsLog.read(directory: path).map(\.step) == [1])
      #expect(try MetricsLog(directory: path, resumingAt: 9).records.map(\.step) == [1])
      #expect(try content(directory) == whole)
    }
  }

  @Test("a damaged line elsewhere is named")
  func damagedLine() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      let log = try MetricsLog(directory: path)
      try log.append(.training(training(step: 1)))
      let whole = try content(directory)
      try Data((whole + "{\"kind\":\"test\",\"step\":2}\n" + whole).utf8)
        .write(to: directory.appending(path: "metrics.jsonl"))
      let error = #expect(throws: ReportError.self) { try MetricsLog.read(directory: path) }
      #expect(error?.description.hasPrefix("\(log.path): line 2 cannot be understood") == true)
    }
  }

  @Test("a validation of several datasets has each of them in its line, and is read back")
  func datasets() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      try MetricsLog(directory: path).append(.validation(mixedValidation(step: 2)))
      let line = try content(directory)
      #expect(
        line.contains(
          #""datasets":[{"bleu_4":0.25,"cider":0.375,"loss":3,"name":"flickr8k","rouge_l":0.75},"#))
      #expect(try MetricsLog.read(directory: path) == [.validation(mixedValidation(step: 2))])
    }
  }

  @Test("a new run removes the lines of an earlier one")
  func newRun() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(percentEncoded: false)
      try MetricsLog(directory: path).append(.training(training(step: 1)))
      #expect(try MetricsLog(directory: path).records.isEmpty)
      #expect(try content(directory).isEmpty)
    }
  }

  @Test("a log that is not there is empty")
  func missing() throws {
    #expect(try MetricsLog.read(directory: "/nonexistent").isEmpty)
  }

  @Test("a directory that is not there is an error that names the file")
  func missingDirectory() {
    #expect(throws: ReportError.self) { try MetricsLog(directory: "/nonexistent") }
  }

  private func content(_ directory: URL) throws -> String {
    String(decoding: try Data(contentsOf: directory.appending(path: "metrics.jsonl")), as: UTF8.self)
  }
}

/// All values are sums of few powers of two, so that their decimal text is exact.
func training(step: Int, loss: Double = 3.5, gradientNorm: Double = 0.75) -> TrainingMetrics {
  TrainingMetrics(
    step: step, epoch: 0.5 * Double(step), captions: 64 * step, loss: loss, learningRate: 0.001,
    gradientNorm: gradientNorm, captionsPerSecond: 28.5, elapsedSeconds: 2.25 * Double(step))
}

/// Of two datasets.
func mixedValidation(step: Int, ciders: [Double] = [0.375, 0.125]) -> ValidationMetrics {
  var metrics = validation(step: step, cider: (ciders[0] + ciders[1]) / 2)
  metrics.datasets = [
    .init(name: "flickr8k", loss: 3, cider: ciders[0], bleu4: 0.25, rougeL: 0.75),
    .init(name: "varied", loss: 3.5, cider: ciders[1], bleu4: 0, rougeL: 0.25),
  ]
  return metrics
}

func validation(step: Int, loss: Double = 3.25, cider: Double? = 0.25, isBest: Bool = true) -> ValidationMetrics {
  ValidationMetrics(
    step: step, loss: loss, cider: cider, bleu4: 0.125, rougeL: 0.5, isBest: isBest, elapsedSeconds: 9 * Double(step))
}
