import Captioning
import Datasets
import Logging
import ModelFiles
import TextDecoding
import Training

/// Pairs of input and target, prepared: in tokens, and in their splits.
struct TextExamples {
  let train: [TrainingExample]
  let validation: [TrainingExample]

  /// - Throws: `DatasetError`, `TrainingError.noExamples`.
  init(_ command: TrainCommand, bases: CaptionerBases, log: Logger) throws {
    let pairs = try TextPairs(path: command.dataset.data[0]).pairs
    let task = TextTask(template: command.template)
    let stop = bases.decoderSettings.stopTokens.prefix(1)
    let longest = command.data.maxCaptionTokens
    var (train, validation): ([TrainingExample], [TrainingExample]) = ([], [])
    let hasValidation = pairs.contains { $0.split == .validation }
    var tooLong = 0
    for pair in pairs where pair.split != .test {
      let hash = FileHash.hash(of: Array((pair.input + "\u{0}" + pair.target).utf8))
      let isHeld =
        pair.split == .validation || !hasValidation && Self.fraction(hash) < command.dataset.shares.validation.share
      let given = task.tokens(of: pair.input, tokenizer: bases.tokenizer)
      let target = bases.tokenizer.encode(pair.target, parsingSpecialTokens: false)
      guard !given.isEmpty, !target.isEmpty, isHeld || target.count <= longest else {
        tooLong += 1
        continue
      }
      let example = TrainingExample(
        name: pair.place, image: hash, captions: [given + target + stop], given: [given.count],
        references: [pair.target])
      if isHeld { validation.append(example) } else { train.append(example) }
    }
    if tooLong > 0 { log.info("\(tooLong) targets of more than \(longest) tokens are left out (--max-caption-tokens)") }
    let isValidated = command.dataset.shares.validation.share > 0
    // Among few pairs, validation may have got none by chance.
    if validation.isEmpty, isValidated, train.count > 1, let last = train.popLast() { validation = [last] }
    if command.data.limit > 0 { train = Array(train.prefix(command.data.limit)) }
    let kind = "pair of input and target"
    if train.isEmpty { throw TrainingError.noExamples(split: "training", kind: kind) }
    if validation.isEmpty, isValidated { throw TrainingError.noExamples(split: "validation", kind: kind) }
    (self.train, self.validation) = (train, validation)
    log.info("\(command.dataset.data[0]): \(train.count) pairs to learn from, \(validation.count) to validate with")
  }

  /// A number from 0 to 1, uniform over all pairs, and the same for the same pair wherever it is.
  private static func fraction(_ hash: FileHash) -> Double {
    Double(UInt32(hash.hexadecimal.prefix(8), radix: 16) ?? 0) / 4_294_967_296
  }

  /// The SHA-256 of all that is learnt from, in order.
  var fingerprint: String {
    let lines = train.map { "train \($0.captions)" } + validation.map { "validation \($0.captions)" }
    return FileHash.hash(of: Array(lines.joined(separator: "\n").utf8)).hexadecimal
  }
}
