import COpenSSL

/// A hash of bytes that come in pieces, by OpenSSL's libcrypto, which uses the processor's own instructions for it.
package struct MessageDigest: ~Copyable, @unchecked Sendable {
  // Unchecked: the context is this value's own, and only mutating methods, which have exclusive access, write to it.
  package enum Algorithm: Sendable {
    case sha256
    /// Only where a format prescribes it, as git does.
    case sha1

    /// Bytes of the hash.
    package var byteCount: Int {
      switch self {
      case .sha256: 32
      case .sha1: 20
      }
    }

    /// OpenSSL's own constant: neither made nor freed.
    fileprivate var implementation: OpaquePointer {
      switch self {
      case .sha256: EVP_sha256()
      case .sha1: EVP_sha1()
      }
    }
  }

  private let algorithm: Algorithm
  private let context: OpaquePointer

  package init(_ algorithm: Algorithm) {
    guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a hash") }
    self.algorithm = algorithm
    self.context = context
    Self.check(EVP_DigestInit_ex(context, algorithm.implementation, nil))
  }

  deinit { EVP_MD_CTX_free(context) }

  /// A copy of the hash of the bytes so far; bytes added to one are not added to the other.
  package func copy() -> MessageDigest {
    let other = MessageDigest(algorithm)
    Self.check(EVP_MD_CTX_copy_ex(other.context, context))
    return other
  }

  /// The hash of the bytes so far; more may follow.
  package var current: [UInt8] { copy().finalize() }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    Self.check(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The hash, `algorithm.byteCount` bytes.
  package consuming func finalize() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: algorithm.byteCount) { bytes, count in
      Self.check(EVP_DigestFinal_ex(context, bytes.baseAddress, nil))
      count = algorithm.byteCount
    }
  }

  /// The hash of bytes that are all in memory.
  package static func hash(_ bytes: [UInt8], _ algorithm: Algorithm = .sha256) -> [UInt8] {
    var digest = MessageDigest(algorithm)
    digest.update(bytes)
    return digest.finalize()
  }

  /// OpenSSL refuses an algorithm only where its configuration forbids it, as some do with SHA-1.
  private static func check(_ result: Int32) {
    precondition(result == 1, "OpenSSL refuses to hash: see its configuration (openssl.cnf)")
  }
}
