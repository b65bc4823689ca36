/// Samples that are spread over several rows, by the image's name, in the order of first appearance.
struct MergedSamples {
  private struct Sample {
    let name: String
    var captions: [String]
    let split: Split?
    let place: String
  }

  private var samples: [Sample] = []
  private var places: [String: Int] = [:]

  /// - Returns: what contradicts earlier rows of the image; the row's captions are then left out.
  mutating func add(name: String, captions: [String], split: Split?, place: String) -> String? {
    guard let index = places[name] else {
      places[name] = samples.count
      samples.append(Sample(name: name, captions: captions, split: split, place: place))
      return nil
    }
    guard samples[index].split == split else {
      return "it puts \(name) into another split than \(samples[index].place) does"
    }
    samples[index].captions += captions
    return nil
  }

  func emit(with builder: inout SampleBuilder, into sink: SampleSink) throws(DatasetError) {
    for sample in samples {
      try builder.emit(
        name: sample.name, captions: sample.captions, split: sample.split, place: sample.place, into: sink)
    }
    try builder.finish(into: sink)
  }
}
