import Captioning
import Tensors
import Training

extension ModelOptions {
  /// Of the frozen decoder, for training. What `auto` took when a run began holds for all of it, on whatever machine it goes
  /// on.
  ///
  /// - Parameter run: the run that is resumed.
  func trainingPrecision(resuming run: RunDirectory? = nil) -> MatrixPrecision {
    if precision == .auto, let begun = run?.plan?.precision { return begun }
    return precision.training
  }
}
