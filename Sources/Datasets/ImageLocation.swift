/// Where an image's bytes are: a file, or a slice of an archive.
package struct ImageLocation: Sendable, Hashable {
  /// The path of the file, or of the archive that holds the image.
  package let path: String
  /// The image's byte offset in the archive; `nil` for a file.
  package let offset: Int?
  /// The number of bytes that the image takes in the archive; `nil` for a file.
  package let count: Int?
  /// The image's name within the archive.
  private let member: String?

  /// The location of a separate file.
  package init(path: String) {
    self.path = path
    offset = nil
    count = nil
    member = nil
  }

  /// The location of a member of an archive.
  package init(archive path: String, member: String, offset: Int, count: Int) {
    self.path = path
    self.offset = offset
    self.count = count
    self.member = member
  }

  /// The name for people: `photos/a.jpg`, `shard-000.tar: a.jpg`.
  package var name: String {
    guard let member else { return path }
    return "\(DatasetPath.name(path)): \(member)"
  }

  /// Reads the image. The file is open only while it is read, so that locations take no descriptors.
  ///
  /// - Parameter limit: the most bytes that an image may have.
  /// - Throws: `DatasetError.cannotRead`; also where the file ends before the image does.
  package func bytes(limit: Int = 256 << 20) throws(DatasetError) -> [UInt8] {
    let file = try DatasetFile(path: path)
    let count = count ?? file.byteCount
    guard count <= limit else { throw .cannotRead(path: name, reason: "it is larger than \(limit) bytes") }
    let bytes = try file.bytes(at: offset ?? 0, count: count)
    guard bytes.count == count else {
      throw .cannotRead(path: name, reason: "the file ends before the image does")
    }
    return bytes
  }
}
