import ArgumentParser
import Captioning
import Foundation
import ModelFiles
import Tensors

/// `caption doctor`: what a run computes with here, and what it misses.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Tell what this machine computes with, and whether the base models are there.")

  func run() async throws {
    try Failure.exiting {
      let store = try ModelStore()
      let missing = try missingModels(store)
      var lines = [
        ("caption", CaptionCommand.configuration.version),
        ("processor", Self.processorName),
        ("threads", "\(Threads.count)"),
        ("vectors", Kernels.instructionSet),
        ("bfloat16", MatrixPrecision.hasNativeBF16 ? "AVX-512 BF16" : "not native: bf16 is slower than f32 here"),
        ("8 bits", MatrixPrecision.int8InstructionSet),
      ]
      lines += ComputePrecision.allCases.map { ("--precision \($0.rawValue)", $0.summary) }
      lines.append(("base models", store.modelsDirectory))
      lines += store.catalog.models.map { model in
        ("  " + model.name, missing.contains(model.name) ? "missing: run caption models pull" : "there")
      }
      lines.append(("captioners", CaptionerLocator(store: store).names().joined(separator: ", ")))
      let width = lines.map(\.0.count).max() ?? 0
      try StandardOutput.write(
        lines.map { $0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $1 + "\n" }.joined())
      if !missing.isEmpty { throw ExitCode(69) }
    }
  }

  private func missingModels(_ store: ModelStore) throws -> Set<String> {
    let installed = Set(try store.installed().map(\.name))
    return Set(store.catalog.models.map(\.name).filter { !installed.contains($0) })
  }

  /// As Linux names it.
  private static var processorName: String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }
}
