import Captioning
import Tensors
import Training

extension ModelOptions {
  /// The precision of the frozen decoder for training. What `auto` chose when a run began holds for the whole run, on
  /// whatever machine it is continued.
  ///
  /// - Parameter run: the run that is resumed.
  func trainingPrecision(resuming run: RunDirectory? = nil) -> MatrixPrecision {
    if precision == .auto, let begun = run?.plan?.precision { return begun }
    return precision.training
  }
}
