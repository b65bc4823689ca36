#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether there is anything under this path.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// What the system says about the last failed call.
func systemErrorMessage(_ code: Int32 = errno) -> String {
  // Unlike `strerror`, this shares no buffer among threads.
  var buffer = [CChar](repeating: 0, count: 256)
  guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
