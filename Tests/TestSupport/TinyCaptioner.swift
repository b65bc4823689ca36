public import Foundation

/// `Fixtures/tiny-captioner`: random weights whose captions a reference has computed.
public enum TinyCaptioner {
  public static let directory = Fixture.url("tiny-captioner")
  public static var path: String { directory.path(percentEncoded: false) }

  public struct Expected: Decodable, Sendable {
    public let file: String
    public let greedy: Caption
    public let beam3: Caption

    public struct Caption: Decodable, Sendable {
      public let tokens: [Int]
      public let text: String
      public let logProbabilities: [Double]

      enum CodingKeys: String, CodingKey {
        case tokens, text
        case logProbabilities = "log_probabilities"
      }
    }

    enum CodingKeys: String, CodingKey {
      case file, greedy
      case beam3 = "beam_3"
    }

    public var path: String { directory.appending(path: file).path(percentEncoded: false) }
  }

  public static func expected() throws -> [Expected] {
    try JSONDecoder().decode([Expected].self, from: Fixture.data("tiny-captioner/expected.json"))
  }

  /// A copy that a test may spoil.
  public static func copy(to place: URL) throws -> URL {
    let copy = place.appending(path: "tiny-captioner")
    try FileManager.default.copyItem(at: directory, to: copy)
    return copy
  }
}
