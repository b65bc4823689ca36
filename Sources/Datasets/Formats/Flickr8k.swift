/// Flickr8k's own files (Hodosh, Young and Hockenmaier 2013): `Flickr8k.token.txt` with lines `name.jpg#0⇥caption`, and
/// lists of names such as `Flickr_8k.trainImages.txt` beside it.
struct Flickr8k: DatasetReader {
  static let name = "Flickr8k token file"
  static let summary =
    "Flickr8k.token.txt with lines name.jpg#0⇥caption; lists *trainImages.txt, *devImages.txt beside it"

  private let file: AnnotationFile
  private let imageDirectory: String?

  init?(_ source: DatasetSource) throws(DatasetError) {
    imageDirectory = source.imageDirectory
    let files = try source.annotationFiles(
      preferred: "Flickr8k.token.txt",
      named: { $0.lowercased().hasSuffix("token.txt") || DatasetPath.fileExtension($0) == "token" }
    ) { file in
      Self.entry(file.head.prefix { $0 != 0x0A }) != nil
    }
    guard let file = files.first else { return nil }
    self.file = file
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    let splits = try Self.splits(beside: file.directory)
    var samples = MergedSamples()
    var lines = try LineReader(path: file.path)
    while let line = try lines.next() {
      if line.isBlank { continue }
      let place = lines.place(line.number)
      guard line.text != nil else {
        try SampleBuilder.emit(damaged: place, "it is not valid UTF-8", into: sink)
        continue
      }
      guard let (name, caption) = Self.entry(line.bytes) else {
        try SampleBuilder.emit(damaged: place, "it is not of the form name.jpg#0⇥caption", into: sink)
        continue
      }
      // All lines of an image have one split, so nothing can contradict.
      _ = samples.add(name: name, captions: [caption], split: splits(name), place: place)
    }
    var builder = SampleBuilder(
      finder: try ImageFinder(annotations: file.directory, imageDirectory: imageDirectory, includesParent: true))
    try samples.emit(with: &builder, into: sink)
  }

  /// The image and the caption of a line.
  private static func entry(_ line: ArraySlice<UInt8>) -> (name: String, caption: String)? {
    guard let tab = line.firstIndex(of: UInt8(ascii: "\t")),
      let hash = line[..<tab].lastIndex(of: UInt8(ascii: "#")), hash != line.startIndex, hash + 1 < tab,
      line[(hash + 1)..<tab].allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return (String(decoding: line[..<hash], as: UTF8.self), String(decoding: line[(tab + 1)...], as: UTF8.self))
  }

  /// The split of each image according to the lists in a directory. If the lists are complete, images on none of them
  /// are training data: Flickr8k's lists leave out some photos.
  private static func splits(beside directory: String) throws(DatasetError) -> (String) -> Split? {
    var splits: [String: Split] = [:]
    var found: Set<Split> = []
    for name in try DatasetPath.entries(of: directory) {
      let lowercase = name.lowercased()
      guard lowercase.hasSuffix("images.txt"),
        let word = lowercase.dropLast("images.txt".count).split(whereSeparator: { !$0.isLetter }).last,
        let split = Split(named: String(word))
      else { continue }
      found.insert(split)
      var lines = try LineReader(path: DatasetPath.join(directory, name))
      while let line = try lines.next() {
        if let text = line.text, !line.isBlank { splits[CaptionCleaning.none(text)] = split }
      }
    }
    let others: Split? = found.isEmpty || found == [.train] ? nil : .train
    return { splits[$0] ?? others }
  }
}
