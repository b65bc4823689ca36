import ModelFiles
import Testing

@Suite("Paths")
struct PathTests {
  @Test(
    "parent and name split a path as POSIX's dirname and basename do",
    arguments: [
      ("/a/b", "/a", "b"), ("/a/b/", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b", "a", "b"), ("/", "/", ""),
      ("//", "/", ""), ("/a/\u{301}b", "/a", "\u{301}b"), ("/\u{600}/b", "/\u{600}", "b"),
    ])
  func split(path: String, parent: String, name: String) {
    #expect(Path.parent(path) == parent)
    #expect(Array(Path.name(path).utf8) == Array(name.utf8))
  }

  @Test("joining adds one slash")
  func join() {
    #expect(Path.join("/a", "b") == "/a/b")
    #expect(Path.join("/a/", "b") == "/a/b")
    #expect(Path.join("/", "b") == "/b")
  }

  @Test("a plain name leads nowhere else", arguments: ["", ".", "..", "a/b", "/", "a\u{0}"])
  func notPlain(name: String) {
    #expect(!Path.isPlainName(name))
    #expect(Path.isPlainName("a.b"))
  }
}
