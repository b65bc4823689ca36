import DequeModule
import Synchronization

/// What one stage hands to the next: whoever sends waits until someone takes the element, so that nothing piles up.
///
/// The type of that name in swift-async-algorithms does the same, but that package would be a tenth of the first build.
package final class AsyncChannel<Element: Sendable>: AsyncSequence, Sendable {
  private struct Sender {
    let number: Int
    let element: Element
    let taken: CheckedContinuation<Void, Never>
  }

  private struct Receiver {
    let number: Int
    let given: CheckedContinuation<Element?, Never>
  }

  /// There are never both senders and receivers that wait.
  private struct State {
    var senders: Deque<Sender> = []
    var receivers: Deque<Receiver> = []
    var isFinished = false
    var lastNumber = 0

    mutating func nextNumber() -> Int {
      lastNumber += 1
      return lastNumber
    }
  }

  private let state = Mutex(State())

  package init() {}

  /// Returns when the element is taken; also, without that, when the channel is finished or the task is cancelled.
  package func send(_ element: Element) async {
    let number = state.withLock { $0.nextNumber() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (taken: CheckedContinuation<Void, Never>) in
        let receiver: Receiver? = state.withLock { state in
          // Asked under the lock: a cancellation that comes later finds the sender.
          if state.isFinished || Task.isCancelled {
            taken.resume()
            return nil
          }
          if let receiver = state.receivers.popFirst() { return receiver }
          state.senders.append(Sender(number: number, element: element, taken: taken))
          return nil
        }
        if let receiver {
          receiver.given.resume(returning: element)
          taken.resume()
        }
      }
    } onCancel: {
      let sender = state.withLock { state in
        state.senders.firstIndex { $0.number == number }.map { state.senders.remove(at: $0) }
      }
      sender?.taken.resume()
    }
  }

  /// Who waits to send goes on, and who waits to receive finds the end; so does whoever comes later.
  package func finish() {
    let (senders, receivers) = state.withLock { state in
      state.isFinished = true
      defer { (state.senders, state.receivers) = ([], []) }
      return (state.senders, state.receivers)
    }
    for sender in senders { sender.taken.resume() }
    for receiver in receivers { receiver.given.resume(returning: nil) }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(channel: self) }

  package struct Iterator: AsyncIteratorProtocol {
    fileprivate let channel: AsyncChannel

    /// `nil` when the channel is finished or the task cancelled. Several tasks may receive; each element goes to one.
    package func next() async -> Element? { await channel.receive() }
  }

  private func receive() async -> Element? {
    let number = state.withLock { $0.nextNumber() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { (given: CheckedContinuation<Element?, Never>) in
        let sender: Sender? = state.withLock { state in
          if state.isFinished || Task.isCancelled {
            given.resume(returning: nil)
            return nil
          }
          if let sender = state.senders.popFirst() { return sender }
          state.receivers.append(Receiver(number: number, given: given))
          return nil
        }
        if let sender {
          given.resume(returning: sender.element)
          sender.taken.resume()
        }
      }
    } onCancel: {
      let receiver = state.withLock { state in
        state.receivers.firstIndex { $0.number == number }.map { state.receivers.remove(at: $0) }
      }
      receiver?.given.resume(returning: nil)
    }
  }
}
