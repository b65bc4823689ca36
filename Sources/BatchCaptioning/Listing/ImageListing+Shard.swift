package import SystemPackage

extension ImageListing {
  /// The share of one of several runs that divide the images among them.
  ///
  /// An image belongs to the shard whose number, less one, is the remainder of the first eight bytes of the SHA-256 of
  /// its path (big-endian) divided by the number of shards. So it depends on the path as listed and on nothing else:
  /// neither on the order nor on the rest of the list. `photos/a.jpg` and `./photos/a.jpg` are one path; by an absolute
  /// path the same image may be in another shard, since directories may lie elsewhere on another machine.
  package struct Shard: Sendable, Equatable {
    /// The shard's number, from 1 to `count`.
    package let index: Int
    package let count: Int

    /// - Parameter text: such as `3/16`.
    /// - Throws: `ImageListingError.invalidShard`.
    package init(_ text: String) throws(ImageListingError) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      // Int() would accept a sign.
      guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
        let index = Int(parts[0]), let count = Int(parts[1]), count > 0, (1...count).contains(index)
      else { throw .invalidShard(text) }
      self.index = index
      self.count = count
    }

    package func contains(_ path: FilePath) -> Bool {
      if count == 1 { return true }
      return path.lexicallyNormalized().hashNumber % UInt64(count) == UInt64(index - 1)
    }
  }
}
