#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

package enum ProcessMemory {
  /// The largest resident set of this process so far, in bytes; `nil` where the system does not tell.
  package static var peak: Int? {
    var usage = rusage()
    // Glibc declares an enumeration and takes a number.
    guard getrusage(.init(0), &usage) == 0 else { return nil }
    #if canImport(Darwin)
      return Int(usage.ru_maxrss)
    #else
      return Int(usage.ru_maxrss) * 1024
    #endif
  }
}
