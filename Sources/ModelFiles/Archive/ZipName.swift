/// Names of files in an archive.
enum ZipName {
  static let longest = 1024

  /// The name, if it is relative, stays below the directory one extracts to and means one file only.
  ///
  /// - Throws: `ZipError.unsafeName`.
  static func checked(_ bytes: ArraySlice<UInt8>, file: String) throws(ZipError) -> String {
    guard bytes.count <= longest else { throw .limitExceeded(file: file, what: "the bytes of a name", limit: longest) }
    // Decoding repairs what is no UTF-8, so that the bytes differ.
    let name = String(decoding: bytes, as: UTF8.self)
    guard name.utf8.elementsEqual(bytes) else { throw .unsafeName(file: file, name: name) }
    // Backslashes and drive letters are path syntax on other systems; control characters deceive readers of a list.
    let hasControl = bytes.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: ":") }
    var components = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    // "directory/" ends in an empty component.
    if components.count > 1, components.last?.isEmpty == true { components.removeLast() }
    let isUnsafe = components.contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    guard !hasControl, !isUnsafe else { throw .unsafeName(file: file, name: name) }
    return name
  }
}
