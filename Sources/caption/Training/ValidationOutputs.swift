import Datasets
import ModelFiles
import Training

/// What a run saves of the captions of its validation photos: some for `samples.html`, and the best mapper's for
/// `caption evaluate`.
struct ValidationOutputs {
  private let datasets: [TrainingExamples.Dataset]
  private let directory: String
  private let samplePhotos: [[SamplePhoto]]

  /// - Parameter samples: the number of photos of each dataset that are shown; fewer where there is no room for them.
  init(_ examples: TrainingExamples, directory: String, samples: Int) {
    datasets = examples.validated
    self.directory = directory
    let shown = datasets.count > 1 ? min(samples, SamplesHTML.maximumPhotos / datasets.count) : samples
    samplePhotos = datasets.map { [isOne = datasets.count == 1] set in
      zip(set.validation, set.validationImages).prefix(shown).map { example, location in
        // Captions come in this order: a photo that is gone meanwhile is named without its picture.
        SamplePhoto(
          name: isOne ? example.name : "\(set.name): \(example.name)", imageBytes: (try? location.bytes()) ?? [],
          references: example.references)
      }
    }
  }

  var photos: [SamplePhoto] { samplePhotos.flatMap(\.self) }

  /// - Parameter captions: the captions of each dataset's validation photos.
  func samples(of captions: [[String]]) -> [SampleCaptions.Caption] {
    zip(samplePhotos, captions).flatMap { photos, captions in
      zip(photos, captions).map { SampleCaptions.Caption(photo: $0.name, caption: $1) }
    }
  }

  /// Writes a file for each dataset; if there is only one, without its name.
  func writePredictions(_ captions: [[String]]) throws {
    for (set, captions) in zip(datasets, captions) where !captions.isEmpty {
      let name = datasets.count > 1 ? RunDirectory.predictionsName(of: set.name) : RunDirectory.predictionsName
      try CaptionLines.write(
        zip(set.validation, captions).map { ($0.name, $1) }, to: Path.join(directory, name))
    }
  }
}
