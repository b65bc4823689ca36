#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The probability of an outcome from a few numbers.
package struct LogisticRegression: Sendable, Equatable {
  /// The mean and deviation with which numbers are standardised.
  package var mean, deviation: [Float]
  /// The weights of the standardised numbers.
  package var weights: [Float]
  package var bias: Float

  /// - Parameter numbers: as many numbers as there are weights.
  package func probability(_ numbers: [Double]) -> Double {
    var sum = Double(bias)
    for (index, number) in numbers.enumerated() {
      sum += Double(weights[index]) * (number - Double(mean[index])) / Double(deviation[index])
    }
    return 1 / (1 + exp(-sum))
  }
}

extension LogisticRegression {
  /// Fits by Newton's method, which for logistic regression is iteratively reweighted least squares.
  ///
  /// - Parameters:
  ///   - examples: the examples, each with the same count of numbers; some of either outcome.
  ///   - decay: half the factor of the squared weights; keeps them finite where the outcomes are perfectly separable.
  package init(_ examples: [(numbers: [Double], isTrue: Bool)], decay: Double = 1) {
    let width = examples[0].numbers.count
    let columns = (0..<width).map { index in examples.map { $0.numbers[index] }.meanAndDeviation }
    let (mean, deviation) = (columns.map(\.mean), columns.map { max($0.deviation, 1e-6) })
    let rows: [[Double]] = examples.map { example in
      [1] + (0..<width).map { (example.numbers[$0] - mean[$0]) / deviation[$0] }
    }
    var weights = [Double](repeating: 0, count: width + 1)
    for _ in 0..<50 {
      var gradient = weights.enumerated().map { $0.offset == 0 ? 0 : decay * $0.element }
      var hessian = SymmetricMatrix(order: width + 1)
      for index in 1...width { hessian[index, index] = decay }
      for (row, example) in zip(rows, examples) {
        var sum = 0.0
        for index in 0...width { sum += weights[index] * row[index] }
        let probability = 1 / (1 + exp(-sum))
        let error = probability - (example.isTrue ? 1 : 0)
        let curvature = max(probability * (1 - probability), 1e-9)
        for i in 0...width {
          gradient[i] += error * row[i]
          for j in 0...i { hessian[i, j] += curvature * row[i] * row[j] }
        }
      }
      hessian.mirrorLowerHalf()
      let step = hessian.solved(gradient)
      for index in weights.indices { weights[index] -= step[index] }
      if step.allSatisfy({ abs($0) < 1e-9 }) { break }
    }
    self.init(
      mean: mean.map { Float($0) }, deviation: deviation.map { Float($0) },
      weights: weights.dropFirst().map { Float($0) }, bias: Float(weights[0]))
  }
}
