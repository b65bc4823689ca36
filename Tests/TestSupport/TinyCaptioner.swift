package import Foundation

/// `Fixtures/tiny-captioner`: random weights whose captions a reference has computed.
package enum TinyCaptioner {
  package static let directory = Fixture.url("tiny-captioner")
  package static var path: String { directory.path(percentEncoded: false) }

  package struct Expected: Decodable, Sendable {
    package let file: String
    package let greedy: Caption
    package let beam3: Caption

    package struct Caption: Decodable, Sendable {
      package let tokens: [Int]
      package let text: String
      package let logProbabilities: [Double]

      enum CodingKeys: String, CodingKey {
        case tokens, text
        case logProbabilities = "log_probabilities"
      }
    }

    enum CodingKeys: String, CodingKey {
      case file, greedy
      case beam3 = "beam_3"
    }

    package var path: String { directory.appending(path: file).path(percentEncoded: false) }
  }

  package static func expected() throws -> [Expected] {
    try JSONDecoder().decode([Expected].self, from: Fixture.data("tiny-captioner/expected.json"))
  }

  /// A copy that a test may spoil.
  package static func copy(to place: URL) throws -> URL {
    let copy = place.appending(path: "tiny-captioner")
    try FileManager.default.copyItem(at: directory, to: copy)
    return copy
  }
}
