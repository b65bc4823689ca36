import RealModule

/// A linear warm-up, then a cosine decay to a share of the peak (Loshchilov & Hutter 2017, without restarts).
package struct LearningRateSchedule: Sendable, Codable, Equatable {
  package var peak = 1e-3
  /// The number of steps until the peak.
  package var warmupSteps = 100
  /// The final rate, as a share of the peak.
  package var finalShare = 0.05

  package init() {}

  /// - Parameters:
  ///   - step: the number of the step, from 0.
  ///   - total: the number of all steps.
  package func rate(step: Int, of total: Int) -> Double {
    let warmth = min(1, Double(step + 1) / Double(max(warmupSteps, 1)))
    let progress = min(1, Double(step) / Double(max(total, 1)))
    return peak * warmth * (finalShare + (1 - finalShare) / 2 * (1 + Double.cos(.pi * progress)))
  }
}
