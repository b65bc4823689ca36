import Foundation
import TestSupport
import Testing

@Suite("caption doctor")
struct DoctorCommandTests {
  @Test("tells the kernels and what each precision means, and ends with 69 where base models are missing")
  func missingModels() throws {
    try withTemporaryDirectory { home in
      let run = try CommandRun(["doctor"], home: home)
      #expect(run.exitCode == 69)
      for name in [
        "caption", "system", "kernel", "processor", "has", "lacks", "threads", "vectors", "bfloat16", "8 bits", "BLAS",
        "--precision auto", "  because", "--precision int8", "memory", "ulimit -v", "ulimit -n", "JPEG", "PNG", "WebP",
        "base models", "captioners",
      ] {
        #expect(run.outputLines.contains { $0.hasPrefix(name) }, "\(name)")
      }
      #expect(run.outputLines.contains { $0.hasPrefix("--precision f32") && $0.hasSuffix("encoder f32, decoder f32") })
      #expect(run.outputLines.contains { $0.contains("smollm2") && $0.hasSuffix("missing: run caption models pull") })
      let set = KernelSettings.instructionSets.last ?? ""
      #expect(run.outputLines.contains { $0.hasPrefix("vectors") && $0.hasSuffix(set) })
    }
  }

  @Test("--json says the same for programs, limits as numbers")
  func json() throws {
    try withTemporaryDirectory { home in
      let run = try CommandRun(["doctor", "--json"], home: home)
      #expect(run.exitCode == 69)
      let report = try JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8)) as? [String: [String: Any]]
      #expect(
        Set(try #require(report).keys) == [
          "images", "kernels", "limits", "memory", "models", "precision", "processor", "program", "threads",
        ])
      #expect(report?["kernels"]?["f32"] as? String == KernelSettings.instructionSets.last)
      #expect((report?["threads"]?["used"] as? Int ?? 0) > 0)
      let models = report?["models"]?["base_models"] as? [[String: Any]]
      #expect(models?.isEmpty == false && models?.allSatisfy { $0["is_there"] as? Bool == false } == true)
      let auto = report?["precision"]?["auto"] as? [String: Any]
      #expect(Set(try #require(auto).keys) == ["batch", "photo", "training"])
    }
  }

  @Test("CAPTION_KERNELS chooses kernels, and unknown ones are refused with 64 and the names there are")
  func chosenKernels() throws {
    let portable = try CommandRun(["doctor"], environment: ["CAPTION_KERNELS": "portable"])
    #expect(portable.outputLines.contains { $0.hasPrefix("vectors") && $0.hasSuffix("portable") })
    let unknown = try CommandRun(["doctor"], environment: ["CAPTION_KERNELS": "MMX"])
    #expect(unknown.exitCode == 64)
    #expect(unknown.standardError.contains("CAPTION_KERNELS=MMX: this processor has"))
    for name in KernelSettings.instructionSets { #expect(unknown.standardError.contains(name)) }
  }

  @Test("limits are those of the process", .enabled(if: LimitedRun.isPossible))
  func limits() throws {
    let run = try LimitedRun(["--nofile=77", "--core=0"], ["doctor"]).run
    #expect(run.outputLines.contains { $0.hasPrefix("ulimit -n") && $0.hasSuffix(" 77") })
  }
}
