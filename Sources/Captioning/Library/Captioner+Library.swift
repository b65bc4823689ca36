import ImageEncoding
import ModelFiles
import Synchronization
import Tensors

/// The precision of the frozen models: faster at the cost of the last percent of quality, or the reference's numbers.
public enum CaptionPrecision: Sendable, Hashable {
  /// The fastest on this processor that costs hardly any quality.
  case automatic
  /// The results of PyTorch in float32: the same captions, token for token.
  case exact

  var compute: ComputePrecision {
    switch self {
    case .automatic: .auto
    case .exact: .f32
    }
  }
}

extension Captioner {
  /// The captioner that comes with this package. Its base models (206 MB) are fetched once with pip if they are not in
  /// the store yet (`~/.cache/caption`, or the directory in `CAPTION_HOME`), which needs a network and Python.
  ///
  /// - Throws: `CaptioningError`; `CancellationError` where the task is cancelled while models are fetched.
  public static func `default`(precision: CaptionPrecision = .automatic) async throws -> Captioner {
    let directory = try locate(nil)
    do {
      return try Captioner(directory: directory, precision: precision)
    } catch  where error.kind == .missingModels {
      try await pull()
      return try Captioner(directory: directory, precision: precision)
    }
  }

  /// A captioner of the user, such as `caption train` makes: a directory with `captioner.json`.
  ///
  /// - Parameters:
  ///   - directory: its path, or the name of a captioner in the store.
  ///   - precision: the precision of the frozen models.
  /// - Throws: `CaptioningError`.
  public init(directory: String, precision: CaptionPrecision = .automatic) throws(CaptioningError) {
    self = try CaptioningError.wrapping {
      var captioner = try Captioner(directory: Self.locate(directory), store: ModelStore())
        .prepared(precision.compute, isBatch: false)
      captioner.precision = precision
      return captioner
    }
  }

  /// Fetches the base models of the default captioner that are missing or damaged in the store.
  ///
  /// - Parameter onProgress: is notified in plain words of what happens, from any thread.
  /// - Throws: `CaptioningError`; `CancellationError` where the task is cancelled, with everything cleaned up.
  public static func pull(_ onProgress: @escaping @Sendable (String) -> Void = { _ in }) async throws {
    do {
      try await ModelStore().pull { onProgress("\($0)") }
    } catch let error as CancellationError {
      throw error
    } catch {
      throw CaptioningError(error)
    }
  }

  /// Captions an image file: JPEG, PNG or WebP, recognised by content, not by name.
  ///
  /// It uses all processors; simultaneous calls take turns.
  ///
  /// - Throws: `CaptioningError`.
  public func caption(file: String, options: CaptionOptions = CaptionOptions()) throws(CaptioningError) -> Caption {
    try CaptioningError.wrapping {
      Caption(
        try certain(options).caption(path: file, decoder: ImageDecoder(), options: options.generation(for: self)))
    }
  }

  /// Captions an image from the content of its file.
  ///
  /// - Throws: `CaptioningError`.
  public func caption(
    bytes: [UInt8], options: CaptionOptions = CaptionOptions()
  ) throws(CaptioningError) -> Caption {
    try CaptioningError.wrapping {
      Caption(
        try certain(options).caption(
          bytes: bytes, named: "image", decoder: ImageDecoder(), options: options.generation(for: self)))
    }
  }

  /// The same captioner, which says "not sure" when the options ask for it.
  private func certain(_ options: CaptionOptions) -> Captioner {
    var captioner = self
    captioner.certainty = options.certainty
    return captioner
  }

  /// Captions many image files: the first at once, the others in groups, several times as fast as one by one. Captions
  /// come in the order of the files; a file that cannot be read has its own error result and does not stop the others.
  ///
  /// Captioning continues while no caption is asked for, and ends when the sequence is released or the task is
  /// cancelled.
  ///
  /// - Returns: one element for each file. Iterating throws `CaptioningError` where captioning itself cannot continue.
  public func captions(
    of files: [String], options: CaptionOptions = CaptionOptions()
  ) -> some AsyncSequence<FileCaption, any Error> & Sendable {
    AsyncThrowingStream { continuation in
      let isOver = Flag()
      continuation.onTermination = { _ in isOver.raise() }
      let (captioner, precision) = (self, precision)
      do {
        try OwnThread.start {
          let result = Result {
            try captioner.captionAll(files, precision: precision.compute, options: options) { element in
              if isOver.isRaised { throw CancellationError() }
              continuation.yield(element)
            }
          }
          switch result {
          case .success: continuation.finish()
          case .failure(is CancellationError): continuation.finish()
          case .failure(let error): continuation.finish(throwing: CaptioningError(error))
          }
        }
      } catch {
        continuation.finish(throwing: CaptioningError(error))
      }
    }
  }

  private func captionAll(
    _ files: [String], precision: ComputePrecision, options: CaptionOptions,
    onCaption: @escaping (FileCaption) throws -> Void
  ) throws {
    try PhotoCaptioning(
      certain(options), precision: precision, imageDecoder: ImageDecoder(), options: options.generation(for: self)
    ) { outcome in
      try onCaption(
        FileCaption(
          file: files[outcome.index], result: outcome.result.map { Caption($0) }.mapError { CaptioningError($0) }))
    }.run(files)
  }

  private static func locate(_ name: String?) throws(CaptioningError) -> String {
    try CaptioningError.wrapping { try CaptionerLocator(store: ModelStore()).directory(of: name) }
  }
}

/// A signal that is set once, by one thread for others.
private final class Flag: Sendable {
  private let value = Atomic(false)

  var isRaised: Bool { value.load(ordering: .relaxed) }

  func raise() { value.store(true, ordering: .relaxed) }
}
