/// WebDataset's tar shards: members with one stem are one sample, and their extensions say what each is. The stem ends
/// at the first dot of the name, as in WebDataset.
///
/// The image is a `jpg`, `jpeg`, `png` or `webp`; `txt` holds a caption a line; `json` is a `CaptionRecord`.
struct WebDataset: DatasetReader {
  static let name = "WebDataset tar shards"
  static let summary =
    "a directory of .tar files, one of them, or name-{000000..000007}.tar; members a.jpg, a.txt, a.json"

  private let shards: [String]
  private let columns: CaptionColumns

  init?(_ source: DatasetSource) throws(DatasetError) {
    columns = source.columns
    switch source.kind {
    case .pattern(let paths): shards = paths
    case .file(let head):
      guard TarReader.isTar(head) else { return nil }
      shards = [source.path]
    case .directory(let names):
      shards = names.filter { DatasetPath.fileExtension($0) == "tar" }.map { DatasetPath.join(source.path, $0) }
      if shards.isEmpty { return nil }
    }
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    for shard in shards { try read(shard, into: sink) }
  }

  private func read(_ path: String, into sink: SampleSink) throws(DatasetError) {
    let shard = DatasetPath.name(path)
    var reader = try TarReader(path: path)
    // Members of one stem usually follow each other, but not in every archive made by hand.
    var stems: [String] = []
    var samples: [String: ShardSample] = [:]
    var damage: DamagedSample?
    do throws(TarDamage) {
      while let member = try reader.next() {
        guard let (stem, part) = Self.part(of: member) else { continue }
        if samples[stem] == nil { stems.append(stem) }
        samples[stem, default: ShardSample(columns: columns)].add(member, as: part, of: reader.file)
      }
    } catch {
      damage = DamagedSample(name: path, reason: error.description)
    }
    for stem in stems {
      if let sample = samples[stem] { try sample.emit(stem: stem, shard: shard, path: path, into: sink) }
    }
    if let damage { try sink(.damaged(damage)) }
  }

  /// The stem of a member and its part in a sample; `nil` for members that are ignored.
  private static func part(of member: TarMember) -> (stem: String, part: ShardSample.Part)? {
    guard member.kind != .other else { return nil }
    let base = DatasetPath.name(member.name)
    guard let dot = base.firstIndex(of: "."), dot != base.startIndex else { return nil }
    let part: ShardSample.Part
    switch base[base.index(after: dot)...].lowercased() {
    case let name where DatasetPath.imageExtensions.contains(name): part = .image
    case "txt": part = .text
    case "json": part = .json
    default: return nil
    }
    return (String(member.name.dropLast(base[dot...].count)), part)
  }
}

/// The members of one stem.
private struct ShardSample {
  enum Part { case image, text, json }

  /// The most bytes of a text of captions.
  private static let maximumTextByteCount = 16 << 20

  let columns: CaptionColumns
  private var image: TarMember?
  private var lines: [String] = []
  private var record: CaptionRecord?
  private var problem: String?

  init(columns: CaptionColumns) { self.columns = columns }

  mutating func add(_ member: TarMember, as part: Part, of file: DatasetFile) {
    if member.kind == .link {
      problem = "\(member.name) is a link, not a file"
    } else if member.kind == .sparse {
      problem = "\(member.name) is stored as a sparse file"
    } else if part == .image {
      if image != nil { problem = "it has several images" }
      image = member
    } else {
      read(member, as: part, of: file)
    }
  }

  private mutating func read(_ member: TarMember, as part: Part, of file: DatasetFile) {
    guard member.count <= Self.maximumTextByteCount else {
      problem = "\(member.name) is too long for captions"
      return
    }
    let bytes: [UInt8]
    do throws(DatasetError) {
      bytes = try file.bytes(at: member.offset, count: member.count)
    } catch {
      problem = error.description
      return
    }
    if part == .json {
      do throws(JSONProblem) {
        record = try CaptionRecord(json: bytes[...], columns: columns)
      } catch {
        problem = "\(member.name): \(error.reason)"
      }
    } else if let text = String(validating: bytes, as: UTF8.self) {
      lines = CaptionText.lines(text)
    } else {
      problem = "\(member.name): it is not valid UTF-8"
    }
  }

  func emit(stem: String, shard: String, path: String, into sink: SampleSink) throws(DatasetError) {
    let place = "\(shard): \(stem)"
    if let problem { return try SampleBuilder.emit(damaged: place, problem, into: sink) }
    guard let image else {
      return try SampleBuilder.emit(damaged: place, "it has no image (jpg, jpeg, png or webp)", into: sink)
    }
    if lines.isEmpty, record?.isNotSure ?? false { return }
    // The text often repeats one of the record's captions.
    let captions = record?.captions ?? []
    let others = lines.filter { !captions.contains($0) }
    try SampleBuilder.emit(
      name: record?.fileName ?? image.name,
      image: ImageLocation(archive: path, member: image.name, offset: image.offset, count: image.count),
      captions: captions + others, split: Split.parse(record?.split, place: place),
      about: record?.about ?? SampleAbout(),
      place: shard, into: sink)
  }
}
