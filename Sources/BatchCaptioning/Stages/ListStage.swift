/// Lists the images that are left to do.
package struct ListStage {
  /// Places for images between this stage and the end of writing, where they are given back.
  let window: Budget
  let progress: BatchProgress
  /// Whether all that is wanted of an image is there already; `nil` where that is impossible.
  let isPresent: (@Sendable (ListedImage) async -> Bool)?
  /// The check for images that are done.
  let done: DoneCheck
  let finish: @Sendable (StagedOutcome) -> Void

  package init(
    window: Budget, progress: BatchProgress, isPresent: (@Sendable (ListedImage) async -> Bool)?,
    done: DoneCheck = DoneCheck(), finish: @escaping @Sendable (StagedOutcome) -> Void
  ) {
    self.window = window
    self.progress = progress
    self.isPresent = isPresent
    self.done = done
    self.finish = finish
  }

  /// - Throws: `CancellationError`, and what `source` and `done` throw.
  package func run(_ source: inout any ImageSource, done: any ResumeList, to output: AsyncChannel<ImageWork>)
    async throws
  {
    defer { output.finish() }
    var check = self.done
    var sequence = 0
    var met = 0
    while let image = try source.next() {
      met += 1
      if met % 256 == 0 { try Task.checkCancellation() }
      let key = check.key(image)
      let task: ImageTask
      if case .problem(let failure) = image.content, failure.stage == .list {
        // Every run tries again what could not be listed.
        task = .new
      } else if let left = try done.task(key, again: { check.task(image, $0) }) {
        task = left
      } else {
        progress.foundDone()
        continue
      }
      _ = try await window.take(1)
      let work = ImageWork(sequence: sequence, image: image, key: key, task: task)
      sequence += 1
      if case .problem(let failure) = image.content {
        finish(StagedOutcome(work: work, result: .failed(failure, hash: nil)))
      } else if image.path.hasImageExtension, !task.isAgain, await isPresent?(image) == true {
        finish(StagedOutcome(work: work, result: .present))
      } else {
        await output.send(work)
      }
    }
  }
}
