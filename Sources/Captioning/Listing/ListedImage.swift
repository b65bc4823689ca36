public import SystemPackage

/// An image that the list names, to be read when its turn comes.
public struct ListedImage: Sendable, Equatable {
  /// Its place in this run's list, counted from 0.
  public let ordinal: Int
  /// What outputs call it: the path as it was given or walked, or `shard.tar/member.jpg`. Its bytes need not be UTF-8.
  public let path: FilePath
  public let content: Content

  public enum Content: Sendable, Equatable {
    /// A file of its own, at `path`.
    case file
    case shardSample(ShardSample)
    /// What the list names and nobody can read: a vanished directory, a damaged shard.
    case problem(ImageFailure)
  }

  public init(ordinal: Int, path: FilePath, content: Content) {
    self.ordinal = ordinal
    self.path = path
    self.content = content
  }
}

/// A sample of a WebDataset shard: members of one stem that follow each other.
public struct ShardSample: Sendable, Equatable {
  public let shard: FilePath
  /// What the members' names have in common, up to the first dot of the last component.
  public let key: [UInt8]
  public let image: ShardMember
  /// All members in their order, the image among them.
  public let members: [ShardMember]

  public init(shard: FilePath, key: [UInt8], image: ShardMember, members: [ShardMember]) {
    self.shard = shard
    self.key = key
    self.image = image
    self.members = members
  }
}

/// A member of a tar archive, by its places in the archive in bytes.
public struct ShardMember: Sendable, Equatable {
  /// As the archive has it.
  public let name: [UInt8]
  /// Where its header begins, extended headers before it included.
  public let headerOffset: Int
  /// Where its content begins; whole blocks, the last one padded.
  public let offset: Int
  /// How many bytes its content has.
  public let count: Int

  public init(name: [UInt8], headerOffset: Int, offset: Int, count: Int) {
    self.name = name
    self.headerOffset = headerOffset
    self.offset = offset
    self.count = count
  }
}
