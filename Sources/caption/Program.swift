import ArgumentParser
import Dispatch
import Foundation
import Synchronization
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The program around its commands: system limits, and an end that waits for no thread.
@main
enum Program {
  static func main() {
    // This must come before there are threads.
    Memory.explainAborts()
    Heap.share()
    OwnThread.useSmallStacks()
    do {
      // Arguments, configurations and messages are small.
      try Memory.require(8 << 20, for: "the program itself")
      if OwnThread.isFirstStackLarge { end(run()) }
      // The stack's limit is too small, and cannot be raised.
      let code = Mutex(Int32(0))
      try OwnThread.runOnLargeStack {
        let value = run()
        code.withLock { $0 = value }
      }
      end(code.withLock { $0 })
    } catch {
      writeToStandardError("caption: \(Terminal.red("error: "))\(error)\n")
      end(Failure.code(of: error))
    }
  }

  /// - Returns: the exit code.
  private static func run() -> Int32 {
    do {
      if let name = ProcessInfo.processInfo.environment["CAPTION_KERNELS"], !Kernels.use(name) {
        let names = Kernels.available.joined(separator: ", ")
        throw ValidationError("CAPTION_KERNELS=\(name): this processor has \(names).")
      }
      if let unknown = UnknownSubcommand(CommandLine.arguments.dropFirst()) { throw ValidationError(unknown.message) }
      var command = try CaptionCommand.parseAsRoot()
      if let command = command as? any AsyncParsableCommand { try wait(for: command) } else { try command.run() }
      return 0
    } catch {
      let code = CaptionCommand.exitCode(for: error).rawValue
      let message = CaptionCommand.fullMessage(for: error)
      if !message.isEmpty {
        if code == 0 { try? StandardOutput.write(message + "\n") } else { writeToStandardError(message + "\n") }
      }
      return code
    }
  }

  /// Runs an asynchronous command. Its tasks run on Dispatch's threads; Dispatch waits forever if it cannot create any.
  private static func wait(for command: any AsyncParsableCommand) throws {
    try Failure.exiting { try AsyncResources.require() }
    let handed = HandedOver(command: command)
    let result = Mutex(Result<Void, any Error>.success(()))
    let isDone = DispatchSemaphore(value: 0)
    Task.detached {
      do {
        var command = handed.command
        try await command.run()
      } catch {
        result.withLock { $0 = .failure(error) }
      }
      isDone.signal()
    }
    isDone.wait()
    try result.withLock { $0 }.get()
  }

  private struct HandedOver: @unchecked Sendable {
    // Unchecked: the caller waits, and does not use it meanwhile.
    let command: any AsyncParsableCommand
  }

  /// Ends the process; no destructor or thread, ours or a library's, can delay this.
  private static func end(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
  }
}
