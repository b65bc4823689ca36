import Foundation

/// The limits that this process has from its control groups, those of a container for example. Of nested groups the
/// narrowest limit holds.
struct ControlGroup {
  private let directories: [String]
  /// Whether it is version 2, whose files have other names.
  private let isUnified: Bool

  /// - Parameters:
  ///   - list: `/proc/self/cgroup`.
  ///   - root: where control groups are mounted.
  init(list: String = Self.read("/proc/self/cgroup") ?? "", root: String = "/sys/fs/cgroup") {
    let lines = list.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 2).map(String.init) }
    isUnified = FileManager.default.fileExists(atPath: root + "/cgroup.controllers")
    if isUnified {
      let lines = list.split(separator: "\n")
      let path = lines.first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
      directories = Self.ancestors(String(path)).map { root + $0 }
    } else {
      directories = lines.filter { $0.count == 3 }.flatMap { line in
        Self.ancestors(line[2]).map { "\(root)/\(line[1])\($0)" }
      }
    }
  }

  /// The memory limit in bytes; `nil` is no limit.
  var memoryLimit: Int? {
    let limit = smallest(isUnified ? "memory.max" : "memory.limit_in_bytes") { Int($0) }
    // Version 1 expresses no limit as a number near the largest there is.
    return limit.flatMap { $0 > 1 << 60 ? nil : $0 }
  }

  /// The limit on processor time, in seconds a second; `nil` is no limit.
  var processors: Double? {
    guard isUnified else {
      let quota = smallest("cpu.cfs_quota_us") { Int($0).flatMap { $0 > 0 ? $0 : nil } }
      let period = smallest("cpu.cfs_period_us") { Int($0) }
      return quota.flatMap { quota in period.map { Double(quota) / Double($0) } }
    }
    return smallest("cpu.max") { text in
      let parts = text.split(separator: " ").compactMap { Double($0) }
      return parts.count == 2 && parts[1] > 0 ? parts[0] / parts[1] : nil
    }
  }

  /// The limit on threads; `nil` is no limit.
  var threads: Int? { smallest("pids.max") { Int($0) } }

  private func smallest<Number: Comparable>(_ file: String, _ number: (String) -> Number?) -> Number? {
    directories.compactMap { directory in
      Self.read("\(directory)/\(file)").flatMap { number($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }.min()
  }

  /// The groups that contain a path: `/a/b` → `/a/b`, `/a`, and the root itself.
  private static func ancestors(_ path: String) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).map { parts.dropLast($0).map { "/\($0)" }.joined() }
  }

  static func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
