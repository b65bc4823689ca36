/// GGUF files of any content, valid or not.
struct GGUFBytes {
  var magic = "GGUF"
  var version: UInt32 = 3
  /// Where these are not what is there.
  var tensorCount: UInt64?
  var pairCount: UInt64?
  var pairs: [Bytes] = []
  var tensors: [Bytes] = []
  var alignment = 32
  var data: [UInt8] = []

  var file: Bytes {
    var file = Bytes().appending(magic.utf8).appending(little: version)
      .appending(little: tensorCount ?? UInt64(tensors.count)).appending(little: pairCount ?? UInt64(pairs.count))
    for part in pairs + tensors { file = file.appending(part.values) }
    if tensors.isEmpty { return file }
    let padding = (alignment - file.count % alignment) % alignment
    return file.appending(repeatElement(0, count: padding)).appending(data)
  }

  static func string(_ text: String) -> Bytes {
    Bytes().appending(little: UInt64(text.utf8.count)).appending(text.utf8)
  }

  /// - Parameter value: the bytes after the type's number.
  static func pair(_ key: String, _ type: UInt32, _ value: Bytes) -> Bytes {
    string(key).appending(little: type).appending(value.values)
  }

  static func uint32(_ key: String, _ value: UInt32) -> Bytes { pair(key, 4, Bytes().appending(little: value)) }

  static func float32(_ key: String, _ value: Float) -> Bytes {
    pair(key, 6, Bytes().appending(little: value.bitPattern))
  }

  static func text(_ key: String, _ value: String) -> Bytes { pair(key, 8, string(value)) }

  static func array(_ elementType: UInt32, _ count: UInt64, _ elements: [UInt8] = []) -> Bytes {
    Bytes().appending(little: elementType).appending(little: count).appending(elements)
  }

  static func texts(_ key: String, _ values: [String]) -> Bytes {
    pair(key, 9, array(8, UInt64(values.count), values.flatMap { string($0).values }))
  }

  /// - Parameter dimensions: innermost first, as the file has them.
  static func tensor(
    _ name: String, _ dimensions: [UInt64], type: UInt32 = 0, offset: UInt64 = 0, dimensionCount: UInt32? = nil
  ) -> Bytes {
    var bytes = string(name).appending(little: dimensionCount ?? UInt32(dimensions.count))
    for dimension in dimensions { bytes = bytes.appending(little: dimension) }
    return bytes.appending(little: type).appending(little: offset)
  }
}
