public import ArgumentParser
public import Captioning
public import Datasets
public import Tensors
public import Training

extension DecayScope: ExpressibleByArgument {}
extension MatrixPrecision: ExpressibleByArgument {}
extension TrainingObjective.Kind: ExpressibleByArgument {}
extension ComputePrecision: ExpressibleByArgument {}
extension CaptionCleaning: ExpressibleByArgument {}

extension Percentage: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }

  public var defaultValueDescription: String { description }
}
