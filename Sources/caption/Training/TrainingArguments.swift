import ArgumentParser
package import Captioning
package import Datasets
package import Tensors
package import Training

extension DecayScope: ExpressibleByArgument {}
extension MatrixPrecision: ExpressibleByArgument {}
extension TrainingObjective.Kind: ExpressibleByArgument {}
extension ComputePrecision: ExpressibleByArgument {}
extension CaptionCleaning: ExpressibleByArgument {}

extension Percentage: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }

  package var defaultValueDescription: String { description }
}
