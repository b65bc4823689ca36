import ArgumentParser
import Captioning
import ImageEncoding
import Logging
import ModelFiles
import Tensors
import TextDecoding
import Training

struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A captioner: its name, or its directory (default: \(CaptionerLocator.defaultName)).",
      valueName: "name or directory"))
  var model: String?

  @Option(help: "Threads to compute with; 0 uses every processor that a container's limit allows.")
  var threads = 0

  @Option(
    help: ArgumentHelp(
      "Precision of products with frozen matrices.",
      discussion: """
        auto is the fastest here that costs hardly any quality: \
        \(ComputePrecision.auto.summary). f32 computes what the reference does; bf16 and int8 round to bfloat16 and to 8 \
        bits. For training auto is \(ComputePrecision.auto.trainingSummary) here.
        """))
  var precision = ComputePrecision.auto

  func validate() throws {
    if !(0...256).contains(threads) { throw ValidationError("--threads takes 0 to 256.") }
  }

  /// The threads to compute with; 0 is one for each processor. Where a control group, such as a container's, allows less
  /// processor time than that, further threads would only wait for the others.
  private var threadCount: Int {
    guard threads == 0, let limit = ControlGroup().processors else { return threads }
    return max(1, min(Threads.processors, Int(limit.rounded(.up))))
  }

  /// - Throws: the error that prevents a captioner from being loaded.
  func load(log: Logger) throws -> Captioner {
    Threads.use(threadCount)
    let store = try ModelStore()
    if let model, let pair = store.pairDirectory(of: model) { throw ModelStoreError.noMapper(pair: pair, name: model) }
    let directory = try CaptionerLocator(store: store).directory(of: model)
    log.debug("captioner \(directory), \(Threads.count) threads")
    return try Captioner(directory: directory, store: store)
  }

  /// Loads the models between which a mapper is trained: those of a captioner, or a pair of the user's own.
  ///
  /// - Returns: also the captioner, where it is one.
  /// - Throws: the error that prevents them from being loaded.
  func loadBases(log: Logger) throws -> (bases: CaptionerBases, captioner: Captioner?) {
    let store = try ModelStore()
    guard let model, let pair = store.pairDirectory(of: model) else {
      let captioner = try load(log: log)
      return (CaptionerBases(captioner), captioner)
    }
    Threads.use(threadCount)
    log.debug("pair \(pair), \(Threads.count) threads")
    return (try CaptionerBases(pairDirectory: pair, store: store), nil)
  }
}

struct WordingOptions: ParsableArguments {
  @Option(help: "Follow this many wordings at once and take the best; 1 is greedy.")
  var beams = 1

  @Option(parsing: .unconditional, help: "With --beams: above 0 favours long captions, below 0 short ones.")
  var lengthPenalty = 1.0

  @Option(help: "Draw words by chance, the more freely the higher; 0 is not by chance.")
  var temperature = 0.0

  @Option(help: "With --temperature: only among this many likeliest tokens.")
  var topK: Int?

  @Option(help: "With --temperature: only among the likeliest tokens of this total probability.")
  var topP: Double?

  @Option(help: "With --temperature: the same seed draws the same caption.")
  var seed: UInt64 = 0

  @Option(help: "Longest caption, in tokens (default: the captioner's).")
  var maxTokens: Int?

  @Option(help: "Shortest caption, in tokens.")
  var minTokens = 0

  @Option(help: "Above 1 discourages words that were used.")
  var repetitionPenalty = 1.0

  @Option(help: "No run of this many tokens comes twice; 0 allows all.")
  var noRepeatNgram = 0

  @Option(help: "End the caption before this text; may be given several times.")
  var stop: [String] = []

  func validate() throws {
    if beams > 1 && temperature > 0 { throw ValidationError("Give --beams or --temperature, not both.") }
    if beams < 1 { throw ValidationError("--beams takes 1 or more.") }
    if temperature == 0 && (topK != nil || topP != nil) {
      throw ValidationError("--top-k and --top-p need a --temperature.")
    }
  }

  func options(for captioner: Captioner) throws -> GenerationOptions {
    var options = captioner.defaultOptions
    if temperature != 0 {
      options.strategy = .sample(temperature: temperature, topK: topK, topP: topP, seed: seed)
    } else if beams > 1 {
      options.strategy = .beam(width: beams, lengthPenalty: lengthPenalty)
    }
    options.maximumNewTokens = maxTokens ?? options.maximumNewTokens
    options.minimumNewTokens = minTokens
    options.repetitionPenalty = repetitionPenalty
    options.noRepeatNGramSize = noRepeatNgram
    options.stopStrings = stop
    do {
      try options.validate()
    } catch {
      throw ValidationError("\(error)")
    }
    return options
  }
}

struct OutputOptions: ParsableArguments {
  @Flag(help: "One JSON object a line instead of text.")
  var json = false

  @Flag(name: .shortAndLong, help: "Only errors on standard error.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Tell on standard error what happens and how long it takes.")
  var verbose = false

  func validate() throws {
    if quiet && verbose { throw ValidationError("Give --quiet or --verbose, not both.") }
  }

  var logger: Logger {
    var logger = Logger(label: "caption") { _ in StandardErrorLog() }
    logger.logLevel = verbose ? .debug : quiet ? .error : .info
    return logger
  }
}
