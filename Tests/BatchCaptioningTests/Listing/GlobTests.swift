import BatchCaptioning
import Captioning
import Testing

@Suite("Globs")
struct GlobTests {
  @Test(
    "a pattern without a slash is matched with the last component",
    arguments: [
      ("*.jpg", "a.jpg", true), ("*.jpg", "b/c/a.jpg", true), ("*.jpg", "a.JPG", false), ("*.jpg", "a.jpg/b", false),
      ("a", "b/a", true), ("a", "ba", false), ("?.jpg", "a.jpg", true), ("?.jpg", ".jpg", false),
      ("?.jpg", "é.jpg", true), ("a*b*c", "aXbXbc", true), ("a*b*c", "aXbXb", false), ("*", "", true),
    ] as [(String, String, Bool)])
  func names(pattern: String, path: String, isMatch: Bool) throws {
    #expect(try Glob(pattern).matches(Array(path.utf8)) == isMatch)
  }

  @Test(
    "a pattern with a slash is matched with the whole path; ** crosses slashes, * does not",
    arguments: [
      ("a/*.jpg", "a/b.jpg", true), ("a/*.jpg", "a/c/b.jpg", false), ("a/**", "a/c/b.jpg", true), ("a/**", "a", false),
      ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true), ("a/**/b", "a/xb", false), ("**/b", "b", true),
      ("**/b", "x/y/b", true), ("**/b", "xb", false), ("a**b", "a/x/b", false), ("/a**b", "a/x/b", true),
      ("/a", "a", true), ("/a", "b/a", false), ("a/", "b/a", true), ("a/?", "a//", false), ("a/[^x]b", "a//b", false),
    ] as [(String, String, Bool)])
  func paths(pattern: String, path: String, isMatch: Bool) throws {
    #expect(try Glob(pattern).matches(Array(path.utf8)) == isMatch)
  }

  @Test(
    "brackets hold characters and ranges, negated by ! or ^",
    arguments: [
      ("[a-c]", "b", true), ("[a-c]", "d", false), ("[!a-c]", "d", true), ("[^a-c]", "b", false), ("[]x]", "]", true),
      ("[a-]", "-", true), ("[à-ü]", "é", true), ("[\\]]", "]", true), ("[*]", "x", false),
      ("x[0-9][0-9]", "x42", true),
    ] as [(String, String, Bool)])
  func brackets(pattern: String, path: String, isMatch: Bool) throws {
    #expect(try Glob(pattern).matches(Array(path.utf8)) == isMatch)
  }

  @Test(
    "braces stand for each of their alternatives, also within each other",
    arguments: [
      ("*.{jpg,png}", "a.png", true), ("*.{jpg,png}", "a.gif", false), ("{a,b{c,d}}e", "bde", true),
      ("{a,b{c,d}}e", "be", false), ("{a,}b", "b", true), ("{x,a/b}", "a/b", true), ("{x,a/b}", "c/x", true),
      ("{a,b}{c,d}", "bc", true), ("\\{a,b\\}", "{a,b}", true), ("{a\\,b,c}", "a,b", true),
    ] as [(String, String, Bool)])
  func braces(pattern: String, path: String, isMatch: Bool) throws {
    #expect(try Glob(pattern).matches(Array(path.utf8)) == isMatch)
  }

  @Test("a byte that is part of no character counts as one")
  func invalidBytes() throws {
    #expect(try Glob("a?.jpg").matches([0x61, 0xFF] + Array(".jpg".utf8)))
    #expect(try Glob("*.jpg").matches([0xC3, 0x28] + Array(".jpg".utf8)))
    #expect(try !Glob("a\u{FFFD}").matches([0x61, 0xFF]))
  }

  @Test("a pattern of many stars takes no time to fail")
  func manyStars() throws {
    let glob = try Glob(String(repeating: "*a", count: 40) + "/" + String(repeating: "**a", count: 40))
    #expect(!glob.matches([UInt8](repeating: UInt8(ascii: "a"), count: 2000)))
  }

  @Test(
    "a wrong pattern is refused, with its text",
    arguments: ["", "/", "[a", "[]", "[z-a]", "{a", "{a}", "{}", "a\\", String(repeating: "{a,b}", count: 12)])
  func wrong(pattern: String) throws {
    let error = #expect(throws: ImageListingError.self) { try Glob(pattern) }
    guard case .invalidPattern(pattern, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
