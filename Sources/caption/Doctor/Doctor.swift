import ArgumentParser
import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import Tensors

/// Finds out what a run computes with on this machine, and what a bug report needs.
struct Doctor {
  let store: ModelStore
  private let group = ControlGroup()

  init(store: ModelStore) { self.store = store }

  /// - Throws: `FileSystemError` where the store cannot be read.
  func findings() throws -> [Finding] {
    [program, processor, threads, kernels, precision, memory, limits, images, try models()]
  }

  private var program: Finding {
    var finding = Finding("program")
    finding.add("version", "caption", .text(CaptionCommand.configuration.version))
    let system = OperatingSystem()
    finding.add("system", "system", FindingValue(system.name))
    finding.add("kernel", "kernel", FindingValue(system.kernel))
    finding.add("c_library", "C library", FindingValue(system.library))
    return finding
  }

  private var processor: Finding {
    let processor = Processor(information: ControlGroup.read("/proc/cpuinfo") ?? "")
    let (present, missing) = processor.extensions
    var finding = Finding("processor")
    finding.add("name", "processor", FindingValue(processor.name))
    finding.add("architecture", "architecture", FindingValue(OperatingSystem().machine))
    finding.add("vendor", "vendor", FindingValue(processor.vendor))
    finding.add("family", "family", FindingValue(processor.family))
    finding.add("model", "model", FindingValue(processor.model))
    finding.add("stepping", "stepping", FindingValue(processor.stepping))
    finding.add("extensions", "has", .list(present.map { .text($0) }), text: Self.list(present))
    finding.add("missing_extensions", "lacks", .list(missing.map { .text($0) }), text: Self.list(missing))
    return finding
  }

  private var threads: Finding {
    var finding = Finding("threads")
    let (count, allowed) = (Threads.count, Threads.processors)
    let online = ProcessInfo.processInfo.processorCount
    finding.add("processors", "processors", .number(online))
    finding.add("allowed_processors", "allowed", .number(allowed), text: "\(allowed) (affinity)")
    let quota = group.processors
    finding.add(
      "processor_quota", "quota", quota.map { .text(String(format: "%.2f", $0)) } ?? .none,
      text: quota.map { String(format: "%.2f processors (control group)", $0) } ?? "none")
    var reason = "one for each processor that this process may run on"
    if let quota, quota < Double(count) {
      reason += "; the quota is less: --threads \(max(1, Int(quota))) may be faster"
    }
    finding.add("used", "threads", .number(count), text: "\(count): \(reason)")
    return finding
  }

  private var kernels: Finding {
    var finding = Finding("kernels")
    finding.add("f32", "vectors", .text(Kernels.instructionSet))
    let bf16 =
      MatrixPrecision.hasFastBF16
      ? "products of the processor's own, faster than of floats"
      : MatrixPrecision.hasNativeBF16
        ? "widened to floats: the processor's own products are slower here" : "widened to floats: no faster than these"
    finding.add("bf16", "bfloat16", .text(bf16))
    finding.add("int8", "8 bits", .text(MatrixPrecision.int8InstructionSet))
    finding.add("blas", "BLAS", .text("none: every product has a kernel of our own"))
    return finding
  }

  private var precision: Finding {
    var finding = Finding("precision")
    for precision in ComputePrecision.allCases {
      let (batch, photo) = (precision.parts(isBatch: true), precision.parts(isBatch: false))
      finding.add(
        precision.rawValue, "--precision \(precision.rawValue)",
        .object([
          "batch": .object(batch.mapValues { .text($0) }), "photo": .object(photo.mapValues { .text($0) }),
          "training": .text(precision.training.rawValue),
        ]), text: precision.summary)
      guard precision == .auto else { continue }
      finding.add("auto_reason", "  because", .text(precision.reason))
      finding.add("auto_training", "  training", .text(precision.training.rawValue))
    }
    return finding
  }

  private var memory: Finding {
    var finding = Finding("memory")
    let information = ControlGroup.read("/proc/meminfo") ?? ""
    for (key, label, name) in [
      ("total", "memory", "MemTotal"), ("available", "available", "MemAvailable"), ("swap", "swap", "SwapTotal"),
    ] {
      let bytes = Self.kilobytes(name, in: information).map { $0 << 10 }
      finding.add(key, label, FindingValue(bytes), text: bytes.map(Self.size))
    }
    finding.add(
      "group_limit", "group limit", FindingValue(group.memoryLimit), text: group.memoryLimit.map(Self.size) ?? "none")
    return finding
  }

  private var limits: Finding {
    var finding = Finding("limits")
    for limit in ResourceLimit.all { finding.add(limit.key, limit.label, FindingValue(limit.value), text: limit.text) }
    finding.add(
      "group_threads", "group's threads", FindingValue(group.threads),
      text: group.threads.map(String.init) ?? "unlimited")
    return finding
  }

  private var images: Finding {
    var finding = Finding("images")
    for format in ImageFormat.allCases {
      guard let library = format.library else { continue }
      finding.add(format.rawValue, format.description, .text(library))
    }
    return finding
  }

  private func models() throws -> Finding {
    var finding = Finding("models")
    finding.add("directory", "base models", .text(store.modelsDirectory))
    let installed = try store.installed()
    var values: [FindingValue] = []
    var lines: [(String, String)] = []
    for name in Set(store.catalog.models.map(\.name)).union(installed.map(\.name)).sorted() {
      let size = store.isInstalled(name) ? installed.first { $0.name == name }?.byteCount : nil
      values.append(.object(["name": .text(name), "is_there": .flag(size != nil), "bytes": FindingValue(size)]))
      lines.append((name, size.map { "there, \(Self.size($0))" } ?? "missing: run caption models pull"))
    }
    finding.add("base_models", "", .list(values), text: "")
    for (name, text) in lines { finding.rows.append(.init(key: "", label: "  " + name, value: .none, text: text)) }
    let locator = CaptionerLocator(store: store)
    let captioners = locator.names()
    finding.add("captioners", "captioners", .list(captioners.map { .text($0) }), text: Self.list(captioners))
    var encoders: [String: FindingValue] = [:]
    for name in captioners {
      guard let directory = try? locator.directory(of: name),
        let manifest = try? CaptionerManifest(directory: directory)
      else { continue }
      encoders[name] = .list(manifest.encoders.map { .text($0.path) })
      let text = "\(manifest.encoders.map(\.path).joined(separator: " and ")), then \(manifest.decoder.path)"
      finding.rows.append(.init(key: "", label: "  " + name, value: .none, text: text))
    }
    finding.add("captioner_encoders", "", .object(encoders), text: "")
    return finding
  }

  private static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }

  private static func kilobytes(_ name: String, in information: String) -> Int? {
    let line = information.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }

  static func size(_ bytes: Int) -> String {
    bytes >= 10 << 30 ? "\(bytes >> 30) GiB" : bytes >= 10 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
  }
}
