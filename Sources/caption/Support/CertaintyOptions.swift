import ArgumentParser
import Captioning

/// When to say "not sure" in place of a caption.
struct CertaintyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Say 'not sure' where the confidence is below this, 0 to 1.",
      discussion: """
        Confidence is the probability that the caption is right, where the captioner was calibrated (see 'caption calibrate'); \
        else how sure the decoder was of its words.
        """))
  var minConfidence = 0.0

  @Flag(help: "Caption every image, also what does not look like a photo.")
  var always = false

  func validate() throws {
    if !(0...1).contains(minConfidence) { throw ValidationError("--min-confidence takes 0 to 1.") }
    if always && minConfidence > 0 { throw ValidationError("Give --always or --min-confidence, not both.") }
  }

  var policy: CertaintyPolicy { CertaintyPolicy(minimumConfidence: minConfidence, always: always) }
}
