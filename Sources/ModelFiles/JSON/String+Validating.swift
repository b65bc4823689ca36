#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension String {
  /// The string that these bytes are in UTF-8; `nil` where they are not valid.
  init?(validating bytes: Slice<UnsafeRawBufferPointer>) {
    self.init(validating: UnsafeRawBufferPointer(rebasing: bytes))
  }

  /// The string that these bytes are in UTF-8; `nil` where they are not valid.
  init?(validating bytes: UnsafeRawBufferPointer) {
    // Decoding repairs what is invalid: then the string's own bytes differ from those given.
    var string = String(decoding: bytes, as: UTF8.self)
    let isSame = string.withUTF8 { utf8 in
      guard utf8.count == bytes.count, let ours = utf8.baseAddress, let given = bytes.baseAddress else {
        return utf8.count == bytes.count
      }
      return memcmp(ours, given, bytes.count) == 0
    }
    guard isSame else { return nil }
    self = string
  }

  /// Whether these bytes are UTF-8.
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes) != nil
  }
}
