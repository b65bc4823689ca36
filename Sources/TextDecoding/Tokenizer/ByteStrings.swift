/// Many short byte strings, packed into one allocation and numbered from 0.
package struct ByteStrings: Sendable, Equatable {
  private var storage: [UInt8] = []
  private var ends: [Int] = []

  package init() {}

  package init(_ strings: some Sequence<String>) {
    for string in strings { append(string.utf8) }
  }

  package var count: Int { ends.count }

  package mutating func reserveCapacity(_ count: Int, bytes: Int) {
    ends.reserveCapacity(count)
    storage.reserveCapacity(bytes)
  }

  package mutating func append(_ bytes: some Sequence<UInt8>) {
    storage.append(contentsOf: bytes)
    ends.append(storage.count)
  }

  package subscript(index: Int) -> ArraySlice<UInt8> {
    storage[range(index)]
  }

  package func withBytes<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let range = range(index)
    return storage.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  private func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }
}
