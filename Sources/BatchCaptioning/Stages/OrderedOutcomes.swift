import ModelFiles

/// Takes outcomes in any order and hands them out in the list's order. A copy of an image in progress waits for that
/// image, even where the image is later in the list.
struct OrderedOutcomes {
  private var sequence = 0
  private var waiting: [Int: StagedOutcome] = [:]
  /// The outcomes of contents that copies may wait for.
  private var contents: [FileHash: Content] = [:]
  /// Whether there are copies.
  var expectsCopies = false

  private struct Content {
    var result: StagedOutcome.Result
    /// The number of outcomes of the content itself that came and are not settled. It exceeds one only after a failure.
    var unsettled = 0
    /// The number of copies that were told to wait, as far as known, less those handed out.
    var copies = 0
  }

  struct Next {
    let outcome: StagedOutcome
    /// The result as in `outcome`, but never `pendingCopy`.
    let result: StagedOutcome.Result
  }

  mutating func insert(_ outcome: StagedOutcome) {
    if expectsCopies, let hash = outcome.ownHash {
      var content = contents[hash] ?? Content(result: outcome.result)
      content.unsettled += 1
      contents[hash] = content
    }
    waiting[outcome.work.sequence] = outcome
  }

  /// The next outcome of the list; `nil` until it, or the one it waits for, has come.
  mutating func next() -> Next? {
    guard let outcome = waiting[sequence] else { return nil }
    var result = outcome.result
    if case .pendingCopy(let hash) = result {
      guard let content = contents[hash] else { return nil }
      result = content.result
      change(hash) { $0.copies -= 1 }
    }
    waiting[sequence] = nil
    sequence += 1
    return Next(outcome: outcome, result: result)
  }

  /// Notes that from now on no image is told to wait for this content.
  ///
  /// - Parameter count: how many were told to wait.
  mutating func settled(_ hash: FileHash, waiting count: Int) {
    change(hash) { content in
      content.unsettled -= 1
      content.copies += count
    }
  }

  private mutating func change(_ hash: FileHash, _ body: (inout Content) -> Void) {
    guard var content = contents[hash] else { return }
    body(&content)
    contents[hash] = content.unsettled == 0 && content.copies == 0 ? nil : content
  }
}

extension StagedOutcome {
  /// The content that the image was to be captioned for, itself and its copies.
  var ownHash: FileHash? {
    switch result {
    case .captioned(let image): image.facts.hash
    case .failed(_, let hash): hash
    case .skipped, .present, .copy, .pendingCopy: nil
    }
  }

  var isCopy: Bool {
    switch result {
    case .copy, .pendingCopy: true
    case .captioned, .failed, .skipped, .present: false
    }
  }
}
