import Digests
import Testing

@Suite("Hashes of bytes")
struct MessageDigestTests {
  @Test(
    "the hashes are those that the standard (FIPS 180-4) gives as examples",
    arguments: [
      (
        MessageDigest.Algorithm.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ),
      (.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (.sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (.sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ])
  func examples(algorithm: MessageDigest.Algorithm, text: String, expected: String) {
    #expect(Hexadecimal.text(MessageDigest.hash(Array(text.utf8), algorithm)) == expected)
  }

  @Test("bytes that come in pieces have the hash of the whole", arguments: [1, 63, 64, 65, 1000])
  func pieces(size: Int) {
    let bytes = (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var digest = MessageDigest(.sha256)
    for start in stride(from: 0, to: bytes.count, by: size) {
      digest.update(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(digest.finalize() == MessageDigest.hash(bytes))
  }

  @Test("an empty piece changes nothing")
  func emptyPiece() {
    var digest = MessageDigest(.sha1)
    digest.update([])
    digest.update(Array("abc".utf8))
    digest.update([])
    #expect(Hexadecimal.text(digest.finalize()) == "a9993e364706816aba3e25717850c26c9cd0d89d")
  }

  @Test("the hash of what came so far can be had at any time, and what comes later is hashed all the same")
  func current() {
    var digest = MessageDigest(.sha256)
    #expect(digest.current == MessageDigest.hash([]))
    digest.update(Array("ab".utf8))
    #expect(digest.current == MessageDigest.hash(Array("ab".utf8)))
    digest.update(Array("c".utf8))
    #expect(digest.finalize() == MessageDigest.hash(Array("abc".utf8)))
  }

  @Test("a copy goes on by itself")
  func copy() {
    var digest = MessageDigest(.sha256)
    digest.update(Array("a".utf8))
    var other = digest.copy()
    other.update(Array("x".utf8))
    digest.update(Array("b".utf8))
    #expect(digest.finalize() == MessageDigest.hash(Array("ab".utf8)))
    #expect(other.finalize() == MessageDigest.hash(Array("ax".utf8)))
  }
}
