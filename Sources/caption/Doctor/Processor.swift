/// The processor, as `/proc/cpuinfo` describes it.
struct Processor {
  private let fields: [String: String]

  /// The extensions that kernels here use or could use, as Linux names them on x86 and ARM, and as makers do.
  static let extensions: [(linux: String, name: String)] = [
    ("avx2", "AVX2"), ("fma", "FMA"), ("f16c", "F16C"), ("avx512f", "AVX-512 F"), ("avx512bw", "AVX-512 BW"),
    ("avx512dq", "AVX-512 DQ"), ("avx512vl", "AVX-512 VL"), ("avx512_vnni", "AVX-512 VNNI"),
    ("avx512_bf16", "AVX-512 BF16"), ("avx512_fp16", "AVX-512 FP16"), ("avx_vnni", "AVX-VNNI"),
    ("amx_tile", "AMX"), ("amx_int8", "AMX INT8"), ("amx_bf16", "AMX BF16"),
  ]
  static let armExtensions: [(linux: String, name: String)] = [
    ("asimd", "ASIMD"), ("asimdhp", "FP16"), ("asimddp", "DotProd"), ("i8mm", "I8MM"), ("bf16", "BF16"), ("sve", "SVE"),
  ]

  /// - Parameter information: the text of `/proc/cpuinfo`; only the first processor is read.
  init(information: String) {
    var fields: [String: String] = [:]
    for line in information.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty && !fields.isEmpty { break }
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[line[..<colon].trimmed] = line[line.index(after: colon)...].trimmed
    }
    self.fields = fields
  }

  var name: String? { fields["model name"] ?? fields["Model"] }
  var vendor: String? { fields["vendor_id"] ?? fields["CPU implementer"] }
  var family: Int? { (fields["cpu family"] ?? fields["CPU architecture"]).flatMap { Int($0) } }
  var model: String? { fields["model"] ?? fields["CPU part"] }
  var stepping: String? { fields["stepping"] ?? fields["CPU revision"] }

  /// The extensions that it has, and those that it lacks.
  var extensions: (present: [String], missing: [String]) {
    let isARM = fields["Features"] != nil
    let flags = Set((fields["flags"] ?? fields["Features"] ?? "").split(separator: " ").map(String.init))
    let known = isARM ? Self.armExtensions : Self.extensions
    return (
      known.filter { flags.contains($0.linux) }.map(\.name), known.filter { !flags.contains($0.linux) }.map(\.name)
    )
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
