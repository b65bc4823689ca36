package import SystemPackage

/// An image that the list names, to be read when its turn comes.
package struct ListedImage: Sendable, Equatable {
  /// The image's index in this run's list, counted from 0.
  package let ordinal: Int
  /// The image's name in outputs: the path as given or walked, or `shard.tar/member.jpg`. It need not be UTF-8.
  package let path: FilePath
  package let content: Content

  package enum Content: Sendable, Equatable {
    /// A file of its own, at `path`.
    case file
    case shardSample(ShardSample)
    /// An entry of the list that cannot be read: a missing directory, a damaged shard.
    case problem(ImageFailure)
  }

  package init(ordinal: Int, path: FilePath, content: Content) {
    self.ordinal = ordinal
    self.path = path
    self.content = content
  }
}

/// A sample of a WebDataset shard: consecutive members with one stem.
package struct ShardSample: Sendable, Equatable {
  package let shard: FilePath
  /// The stem that the members share: their names up to the first dot of the last component.
  package let key: [UInt8]
  package let image: ShardMember
  /// All members in their order, including the image.
  package let members: [ShardMember]

  package init(shard: FilePath, key: [UInt8], image: ShardMember, members: [ShardMember]) {
    self.shard = shard
    self.key = key
    self.image = image
    self.members = members
  }
}

/// A member of a tar archive, by its offsets in the archive in bytes.
package struct ShardMember: Sendable, Equatable {
  /// The name as the archive has it.
  package let name: [UInt8]
  /// The offset of its header, or of the extended headers before it.
  package let headerOffset: Int
  /// The offset of its content, which takes whole blocks, the last one padded.
  package let offset: Int
  /// The length of its content in bytes.
  package let count: Int

  package init(name: [UInt8], headerOffset: Int, offset: Int, count: Int) {
    self.name = name
    self.headerOffset = headerOffset
    self.offset = offset
    self.count = count
  }
}
