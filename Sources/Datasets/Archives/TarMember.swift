/// Something in a tar archive.
package struct TarMember: Equatable {
  package enum Kind { case file, link, sparse, other }

  /// As the archive has it, in whatever encoding.
  package let nameBytes: [UInt8]
  package let kind: Kind
  /// Where its header begins, extended headers before it included.
  package let headerOffset: Int
  /// Where its content is in the archive, in bytes.
  package let offset: Int
  package let count: Int

  /// For people, and for names that are known to be text.
  var name: String { String(decoding: nameBytes, as: UTF8.self) }
}

/// Where and why an archive cannot be read on; what came before stands.
package struct TarDamage: Error, Equatable, CustomStringConvertible {
  package let offset: Int
  package let problem: String
  /// The name of the member that the archive ends within, where it does.
  package var member: [UInt8]?

  package var description: String { "\(problem) (at byte \(offset))" }
}
