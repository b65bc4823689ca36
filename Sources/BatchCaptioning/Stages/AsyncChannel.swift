import DequeModule
import Synchronization

/// Hands elements from one stage to the next: a sender waits until its element is taken, so that nothing piles up.
///
/// swift-async-algorithms has the same type, but that package would be a tenth of the first build.
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

  /// Senders and receivers never wait at the same time.
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

  /// Returns when the element is taken, the channel is finished, or the task is cancelled.
  package func send(_ element: Element) async {
    let number = state.withLock { $0.nextNumber() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (taken: CheckedContinuation<Void, Never>) in
        let receiver: Receiver? = state.withLock { state in
          // Checked under the lock: a later cancellation finds the sender.
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

  /// Waiting senders continue, and waiting receivers get the end; so do later ones.
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

    /// The next element; `nil` when finished or cancelled. Of several receiving tasks, one gets each element.
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
