#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system that this program runs on.
struct OperatingSystem {
  private var identity = utsname()

  init() { _ = uname(&identity) }

  /// The name that a Linux distribution gives itself.
  var name: String? {
    let lines = (ControlGroup.read("/etc/os-release") ?? "").split(separator: "\n")
    let name = lines.first { $0.hasPrefix("PRETTY_NAME=") }?.dropFirst("PRETTY_NAME=".count)
    return name.map { String($0.filter { $0 != "\"" }) }
  }

  var kernel: String { "\(text(identity.sysname)) \(text(identity.release))" }

  var machine: String { text(identity.machine) }

  var library: String? {
    #if canImport(Glibc)
      var buffer = [CChar](repeating: 0, count: 64)
      guard confstr(Int32(_CS_GNU_LIBC_VERSION), &buffer, buffer.count) > 0 else { return nil }
      return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #elseif canImport(Musl)
      return "musl"
    #else
      return nil
    #endif
  }

  private func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
