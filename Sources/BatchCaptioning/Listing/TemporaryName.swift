/// Recognizes names in a directory that are no user's files: `.` and `..`, and files that are still being written under
/// a temporary name.
enum TemporaryName {
  static func matches(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard name.first == UInt8(ascii: ".") else { return false }
    if name.count == 1 || name.count == 2 && name.last == UInt8(ascii: ".") { return true }
    let text = String(decoding: name, as: UTF8.self)
    if text.hasSuffix(AtomicFile.temporarySuffix) { return true }
    // FileSystem.writeAtomically: .name.process-random
    guard let last = text.split(separator: ".").last, text.dropFirst().contains(".") else { return false }
    let numbers = last.split(separator: "-", omittingEmptySubsequences: false)
    // A date has fewer digits than nearly every random number.
    return numbers.count == 2 && numbers[1].utf8.count > 12
      && numbers.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
