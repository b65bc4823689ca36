#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A limit that the system sets for this process, as `ulimit` shows it.
struct ResourceLimit {
  let key, label: String
  /// Whether the limit is a number of bytes.
  let isSize: Bool
  /// The limit; `nil` is unlimited.
  let value: Int?

  static var all: [ResourceLimit] {
    #if canImport(Glibc)
      let processes = __RLIMIT_NPROC
    #else
      let processes = RLIMIT_NPROC
    #endif
    return [
      ResourceLimit("address_space", "ulimit -v (address space)", true, RLIMIT_AS),
      ResourceLimit("data", "ulimit -d (data)", true, RLIMIT_DATA),
      ResourceLimit("stack", "ulimit -s (stack)", true, RLIMIT_STACK),
      ResourceLimit("processes", "ulimit -u (processes)", false, processes),
      ResourceLimit("open_files", "ulimit -n (open files)", false, RLIMIT_NOFILE),
    ]
  }

  #if canImport(Glibc)
    private typealias Resource = __rlimit_resource
  #else
    private typealias Resource = Int32
  #endif

  private init(_ key: String, _ label: String, _ isSize: Bool, _ resource: Resource) {
    self.key = key
    self.label = label
    self.isSize = isSize
    var limit = rlimit()
    #if canImport(Glibc)
      let code = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    #else
      let code = getrlimit(resource, &limit)
    #endif
    value = code == 0 && limit.rlim_cur != rlim_t.max ? Int(clamping: limit.rlim_cur) : nil
  }

  var text: String { value.map { isSize ? Doctor.size($0) : "\($0)" } ?? "unlimited" }
}
