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
        "vectors", "bfloat16", "8 bits", "--precision auto", "--precision int8", "base models", "captioners",
      ] {
        #expect(run.outputLines.contains { $0.hasPrefix(name) }, "\(name)")
      }
      #expect(run.outputLines.contains { $0.hasPrefix("--precision f32") && $0.hasSuffix("encoder f32, decoder f32") })
      #expect(run.outputLines.contains { $0.contains("smollm2") && $0.hasSuffix("missing: run caption models pull") })
      let set = KernelSettings.instructionSets.last ?? ""
      #expect(run.outputLines.contains { $0.hasPrefix("vectors") && $0.hasSuffix(set) })
    }
  }
}
