package import SystemPackage

/// An image that the list names, to be read when its turn comes.
package struct ListedImage: Sendable, Equatable {
  /// Its place in this run's list, counted from 0.
  package let ordinal: Int
  /// What outputs call it: the path as it was given or walked, or `shard.tar/member.jpg`. Its bytes need not be UTF-8.
  package let path: FilePath
  package let content: Content

  package enum Content: Sendable, Equatable {
    /// A file of its own, at `path`.
    case file
    case shardSample(ShardSample)
    /// What the list names and nobody can read: a vanished directory, a damaged shard.
    case problem(ImageFailure)
  }

  package init(ordinal: Int, path: FilePath, content: Content) {
    self.ordinal = ordinal
    self.path = path
    self.content = content
  }
}

/// A sample of a WebDataset shard: members of one stem that follow each other.
package struct ShardSample: Sendable, Equatable {
  package let shard: FilePath
  /// What the members' names have in common, up to the first dot of the last component.
  package let key: [UInt8]
  package let image: ShardMember
  /// All members in their order, the image among them.
  package let members: [ShardMember]

  package init(shard: FilePath, key: [UInt8], image: ShardMember, members: [ShardMember]) {
    self.shard = shard
    self.key = key
    self.image = image
    self.members = members
  }
}

/// A member of a tar archive, by its places in the archive in bytes.
package struct ShardMember: Sendable, Equatable {
  /// As the archive has it.
  package let name: [UInt8]
  /// Where its header begins, extended headers before it included.
  package let headerOffset: Int
  /// Where its content begins; whole blocks, the last one padded.
  package let offset: Int
  /// How many bytes its content has.
  package let count: Int

  package init(name: [UInt8], headerOffset: Int, offset: Int, count: Int) {
    self.name = name
    self.headerOffset = headerOffset
    self.offset = offset
    self.count = count
  }
}
