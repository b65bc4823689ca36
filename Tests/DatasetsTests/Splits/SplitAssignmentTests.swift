import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Assigning splits")
struct SplitAssignmentTests {
  /// A dataset of files with these contents, all different unless equal here.
  private func digested(
    _ contents: [String], splits: [Split?]? = nil, reversed isReversed: Bool = false
  ) throws -> DigestedDataset {
    try withTemporaryDirectory { directory in
      var images = try contents.enumerated().map { index, content in
        let path = try directory.write("\(index).png", content).plainPath
        return CaptionedImage(
          name: "\(index)", image: ImageLocation(path: path), captions: ["a cat"], split: splits?[index])
      }
      if isReversed { images.reverse() }
      return try DigestedDataset(reading: CaptionDataset(format: "test", images: images, damaged: []))
    }
  }

  private func share(_ text: String) throws -> Percentage { try #require(Percentage(text)) }

  @Test("The digest is SHA-256, and its fraction its first eight bytes over 2^64")
  func digest() {
    // FIPS 180-4's example.
    let digest = ImageDigest(of: Array("abc".utf8))
    #expect(digest.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(digest.fraction == Double(0xba78_16bf_8f01_cfea as UInt64) / 0x1p64)
  }

  @Test("Given splits stand")
  func given() throws {
    let splits: [Split] = [.train, .validation, .test, .train]
    let assignment = SplitAssignment(try digested(["a", "b", "c", "d"], splits: splits), validation: try share("50%"))
    #expect(assignment.splits == splits)
    #expect(assignment.origin == .given)
    #expect(assignment.indices(of: .train) == [0, 3])
    #expect(assignment.duplicatesAcrossSplits.isEmpty)
  }

  @Test("Without splits, about the share asked for becomes validation data, in whatever order the images come")
  func hashed() throws {
    let contents = (0..<1000).map { "photo \($0)" }
    let assignment = SplitAssignment(try digested(contents), validation: try share("20%"))
    let count = assignment.indices(of: .validation).count
    // Binomial: 200 expected, standard deviation √(1000 · 0.2 · 0.8) < 13; five of them either way.
    #expect((135...265).contains(count))
    #expect(assignment.origin == .hashed)
    let reversed = SplitAssignment(try digested(contents, reversed: true), validation: try share("20%"))
    #expect(reversed.splits == assignment.splits.reversed())
    // A larger share only adds: 20 % are among 30 %.
    let larger = SplitAssignment(try digested(contents), validation: try share("30%"))
    #expect(Set(assignment.indices(of: .validation)).isStrictSubset(of: larger.indices(of: .validation)))
  }

  @Test("The same photo is on one side however often it appears")
  func duplicates() throws {
    let contents = (0..<200).map { "photo \($0 % 50)" }
    let assignment = SplitAssignment(try digested(contents), validation: try share("30%"))
    for index in 50..<200 { #expect(assignment.splits[index] == assignment.splits[index % 50]) }
    #expect(assignment.duplicatesAcrossSplits.isEmpty)
    #expect(assignment.indices(of: .validation).count > 0)
  }

  @Test("Photos on both sides of given splits are counted and named")
  func acrossSplits() throws {
    let digested = try digested(
      ["a", "b", "a", "b", "c"], splits: [.train, .train, .test, .train, .validation])
    let assignment = SplitAssignment(digested, validation: try share("5%"))
    #expect(assignment.duplicatesAcrossSplits.map(\.names) == [["0", "2"]])
    #expect(assignment.duplicatesAcrossSplits.map(\.splits) == [[.train, .test]])
  }

  @Test("Where some have a split, those stand, and the same photo under another name follows")
  func partlyGiven() throws {
    let digested = try digested(["a", "b", "a", "c"], splits: [.test, .validation, nil, nil])
    let assignment = SplitAssignment(digested, validation: try share("0%"))
    #expect(assignment.splits == [.test, .validation, .test, .train])
    #expect(assignment.origin == .partlyGiven)
  }

  @Test("Where all are for training, validation data are taken from them, but never from test data")
  func withoutValidation() throws {
    let contents = (0..<100).map { "photo \($0)" }
    let splits = (0..<100).map { $0 < 50 ? Split.train : .test }
    let assignment = SplitAssignment(try digested(contents, splits: splits), validation: try share("30%"))
    #expect(assignment.indices(of: .test) == Array(50..<100))
    #expect(!assignment.indices(of: .validation).isEmpty)
    let none = SplitAssignment(try digested(contents, splits: splits), validation: try share("0"))
    #expect(none.splits == splits)
  }

  @Test("A share too small for a few photos still gives one of them, but not the only one")
  func atLeastOne() throws {
    let few = SplitAssignment(try digested(["a", "b", "c"]), validation: try share("0.0001%"))
    #expect(few.indices(of: .validation).count == 1)
    let one = SplitAssignment(try digested(["a", "a"]), validation: try share("0.0001%"))
    #expect(one.splits == [.train, .train])
    let none = SplitAssignment(try digested(["a", "b", "c"]), validation: try share("0%"))
    #expect(none.splits == [.train, .train, .train])
  }

  @Test("An image that cannot be read is damaged, and the others keep their digests")
  func unreadable() throws {
    try withTemporaryDirectory { directory in
      let path = try directory.write("a.png", "abc").plainPath
      let images = ["/nowhere/b.png", path].map {
        CaptionedImage(name: $0, image: ImageLocation(path: $0), captions: ["a cat"], split: nil)
      }
      let digested = try DigestedDataset(reading: CaptionDataset(format: "test", images: images, damaged: []))
      #expect(digested.dataset.names == [path])
      #expect(digested.digests == [ImageDigest(of: Array("abc".utf8))])
      #expect(digested.dataset.damaged.map(\.name) == ["/nowhere/b.png"])
    }
  }
}
