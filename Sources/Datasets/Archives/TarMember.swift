/// A member of a tar archive.
package struct TarMember: Equatable {
  package enum Kind { case file, link, sparse, other }

  /// The name's bytes in the archive, in whatever encoding.
  package let nameBytes: [UInt8]
  package let kind: Kind
  /// The offset of its header, or of the extended headers before it.
  package let headerOffset: Int
  /// The byte offset of its content in the archive.
  package let offset: Int
  package let count: Int

  /// The name for people, and where names are known to be text.
  var name: String { String(decoding: nameBytes, as: UTF8.self) }
}

/// Where and why the rest of an archive cannot be read; what came before is valid.
package struct TarDamage: Error, Equatable, CustomStringConvertible {
  package let offset: Int
  package let problem: String
  /// The name of the member in which the archive ends, if it ends in one.
  package var member: [UInt8]?

  package var description: String { "\(problem) (at byte \(offset))" }
}
