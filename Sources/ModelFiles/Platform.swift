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
  guard let message = strerror(code) else { return "error \(code)" }
  return String(cString: message)
}
