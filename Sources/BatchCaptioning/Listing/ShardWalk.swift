import Datasets
import ImageEncoding
import SystemPackage

/// Walks a tar shard by its headers alone, sample by sample: consecutive members with one key.
///
/// Members of no sample (directories, names without a dot, hidden ones) are ignored. A name that comes again begins
/// another sample of the same key.
struct ShardWalk {
  enum Step {
    case sample(FilePath, ShardSample)
    case problem(FilePath, ImageFailure)
    /// A sample without an image, named by its first member.
    case withoutImage(FilePath)
  }

  private let path: FilePath
  private let filter: PathFilter
  private let checkpoint: Checkpoint
  private var reader: TarReader
  private var members: [Member] = []
  /// The first member of the sample after `members`.
  private var following: Member?
  private var damage: TarDamage?
  private var isAtEnd = false

  private struct Member {
    let name: SampleName
    let member: TarMember
  }

  /// - Throws: `ImageFailure`.
  init(_ path: FilePath, filter: PathFilter, checkpoint: Checkpoint) throws(ImageFailure) {
    self.path = path
    self.filter = filter
    self.checkpoint = checkpoint
    reader = TarReader(file: try DatasetFile(path, stage: .list))
  }

  /// - Throws: `CancellationError`.
  mutating func next() throws -> Step? {
    while !isAtEnd {
      try readSample()
      if members.isEmpty { break }
      if let damage, isDamaged(by: damage) { break }
      if let step = step() { return step }
    }
    guard let damage else { return nil }
    self.damage = nil
    return problem(damage)
  }

  /// Fills `members`. Where the archive is damaged, the last sample may have fewer than it should.
  private mutating func readSample() throws {
    members = following.map { [$0] } ?? []
    following = nil
    var names = Set(members.map(\.member.nameBytes))
    do {
      while let member = try reader.next() {
        try checkpoint.pass()
        guard member.kind != .other, let name = SampleName(member.nameBytes) else { continue }
        let next = Member(name: name, member: member)
        if let first = members.first, first.name.key != name.key || names.contains(member.nameBytes) {
          following = next
          return
        }
        members.append(next)
        names.insert(member.nameBytes)
      }
    } catch let error as TarDamage {
      damage = error
    }
    isAtEnd = true
  }

  /// Whether the archive ends within the sample just read.
  private func isDamaged(by damage: TarDamage) -> Bool {
    guard let name = damage.member.flatMap(SampleName.init), let first = members.first else { return false }
    return first.name.key == name.key
  }

  /// The member that suits best as the image; the first of equals.
  private var image: TarMember? {
    let ranked = members.compactMap { member in
      let rank = member.name.imageRank(decodable: Self.decodable, known: ImageFormat.extensions)
      return rank.map { (rank: $0, member: member.member) }
    }
    return ranked.min { $0.rank < $1.rank }?.member
  }

  private func step() -> Step? {
    guard let image else { return members.first.map { .withoutImage(path(of: $0.member.nameBytes)) } }
    let name = image.nameBytes.starts(with: Array("./".utf8)) ? Array(image.nameBytes.dropFirst(2)) : image.nameBytes
    guard filter.includes(name), !filter.excludesAnyOf(name) else { return nil }
    if image.kind != .file {
      let what = image.kind == .link ? "a link in its shard" : "stored as a sparse file in its shard"
      return .problem(
        path(of: image.nameBytes),
        ImageFailure(
          .notAFile, stage: .list,
          message: "is \(what); pack the shard anew with plain files (tar --dereference --hard-dereference)"))
    }
    return .sample(
      path(of: image.nameBytes),
      ShardSample(
        shard: path, key: members.first?.name.key ?? [], image: ShardMember(image),
        members: members.map { ShardMember($0.member) }))
  }

  private static let decodable: Set<String> = ["jpg", "jpeg", "png", "webp"]

  /// The problem of the sample in which the archive ends, or of the shard.
  private func problem(_ damage: TarDamage) -> Step {
    var place = path
    if let name = damage.member, SampleName(name) != nil {
      place = path(of: isDamaged(by: damage) ? image?.nameBytes ?? name : name)
    }
    return .problem(
      place,
      ImageFailure(
        .damagedShard, stage: .list,
        message: "the shard \(path.text) is damaged: \(damage); what stands before that is taken; copy or download it "
          + "again, then run the same command once more"))
  }

  private func path(of name: [UInt8]) -> FilePath { FilePath(bytes: path.bytes + [UInt8(ascii: "/")] + name) }
}

extension ShardMember {
  fileprivate init(_ member: TarMember) {
    self.init(
      name: member.nameBytes, headerOffset: member.headerOffset, offset: member.offset, count: member.count)
  }
}
