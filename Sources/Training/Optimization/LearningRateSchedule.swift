import RealModule

/// Linear warm-up, then a cosine down to a share of the peak (Loshchilov & Hutter 2017, without restarts).
package struct LearningRateSchedule: Sendable, Codable, Equatable {
  package var peak = 1e-3
  /// Steps until the peak.
  package var warmupSteps = 100
  /// Share of the peak that is left at the end.
  package var finalShare = 0.05

  package init() {}

  /// - Parameters:
  ///   - step: from 0.
  ///   - total: how many steps there will be.
  package func rate(step: Int, of total: Int) -> Double {
    let warmth = min(1, Double(step + 1) / Double(max(warmupSteps, 1)))
    let progress = min(1, Double(step) / Double(max(total, 1)))
    return peak * warmth * (finalShare + (1 - finalShare) / 2 * (1 + Double.cos(.pi * progress)))
  }
}
