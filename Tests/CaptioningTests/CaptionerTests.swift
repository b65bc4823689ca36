import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Captioner")
struct CaptionerTests {
  private func withCaptioner(_ body: (Captioner, [TinyCaptioner.Expected]) throws -> Void) throws {
    try withTemporaryDirectory { home in
      let store = ModelStore(root: home.path(percentEncoded: false))
      try body(Captioner(directory: TinyCaptioner.path, store: store), TinyCaptioner.expected())
    }
  }

  @Test("captions, tokens and log-probabilities are the reference's")
  func captions() throws {
    try withCaptioner { captioner, expected in
      for photo in expected {
        let found = try captioner.caption(
          path: photo.path, decoder: ImageDecoder(), options: captioner.defaultOptions)
        #expect(found.text == photo.greedy.text)
        #expect(found.sequence.tokens == photo.greedy.tokens)
        for (a, b) in zip(found.sequence.tokenLogProbabilities, photo.greedy.logProbabilities) {
          // Six decimals there; float32 here.
          #expect(abs(a - b) < 1e-4)
        }
      }
    }
  }

  @Test("the other beams come too when they are asked for, best first")
  func alternatives() throws {
    try withCaptioner { captioner, expected in
      var options = captioner.defaultOptions
      options.strategy = .beam(width: 3, returnSequences: 3)
      let found = try captioner.caption(path: expected[0].path, decoder: ImageDecoder(), options: options)
      #expect(found.text == expected[0].beam3.text)
      #expect(found.alternatives.count == 2)
      let scores = [found.sequence.score] + found.alternatives.map(\.sequence.score)
      #expect(scores.compactMap { $0 } == scores.compactMap { $0 }.sorted(by: >))
    }
  }

  @Test("an image's tensors do not depend on what else is in the batch")
  func batches() throws {
    try withCaptioner { captioner, expected in
      let paths = expected[..<3].map(\.path)
      let together = try captioner.intermediateTensors(paths: paths, decoder: ImageDecoder())
      for (index, path) in paths.enumerated() {
        let alone = try captioner.intermediateTensors(paths: [path], decoder: ImageDecoder())
        for (a, b) in zip(together, alone) {
          // Few rows and many are summed in different orders.
          #expect(a.name == b.name && a.tensor[index].distance(to: b.tensor[0]) < 2e-4, "\(a.name)")
        }
      }
    }
  }

  @Test("a stop string ends the caption before it")
  func stopString() throws {
    try withCaptioner { captioner, expected in
      var options = captioner.defaultOptions
      let whole = expected[0].greedy.text
      options.stopStrings = [String(whole.dropFirst(5).prefix(3))]
      let found = try captioner.caption(path: expected[0].path, decoder: ImageDecoder(), options: options)
      #expect(found.text.count <= 5 && whole.hasPrefix(found.text))
      #expect(found.sequence.finishReason == .stopString)
    }
  }
}
