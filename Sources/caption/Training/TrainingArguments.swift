public import ArgumentParser
public import Training

extension DecayScope: ExpressibleByArgument {}
