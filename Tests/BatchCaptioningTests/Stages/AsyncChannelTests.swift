import BatchCaptioning
import Captioning
import Synchronization
import Testing

@Suite("Channels between stages")
struct AsyncChannelTests {
  @Test("elements of one sender arrive in order, up to the end")
  func order() async {
    let channel = AsyncChannel<Int>()
    async let received = channel.reduce(into: []) { $0.append($1) }
    for element in 0..<100 { await channel.send(element) }
    channel.finish()
    #expect(await received == Array(0..<100))
  }

  @Test("each element goes to one of several receivers")
  func receivers() async {
    let channel = AsyncChannel<Int>()
    let received = await withTaskGroup(of: [Int].self) { group in
      for _ in 0..<4 { group.addTask { await channel.reduce(into: []) { $0.append($1) } } }
      await withTaskGroup { senders in
        for sender in 0..<4 {
          senders.addTask { for element in 0..<250 { await channel.send(250 * sender + element) } }
        }
      }
      channel.finish()
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(received.sorted() == Array(0..<1000))
  }

  @Test("a sender waits until its element is taken")
  func waiting() async {
    let channel = AsyncChannel<Int>()
    let sent = Counter()
    await withTaskGroup { group in
      group.addTask {
        for element in 0..<3 {
          await channel.send(element)
          sent.add()
        }
      }
      let iterator = channel.makeAsyncIterator()
      for taken in 0..<3 {
        // However late the receiver is, no more have been sent than taken.
        for _ in 0..<10 { await Task.yield() }
        #expect(sent.count <= taken)
        #expect(await iterator.next() == taken)
      }
    }
  }

  @Test("a cancelled sender goes on without sending, and the others' elements still arrive")
  func cancelledSender() async {
    let channel = AsyncChannel<Int>()
    let cancelled = Task { await channel.send(1) }
    cancelled.cancel()
    await cancelled.value
    let other = Task { await channel.send(2) }
    let iterator = channel.makeAsyncIterator()
    #expect(await iterator.next() == 2)
    await other.value
  }

  @Test("a cancelled receiver finds the end, and the next element goes to another")
  func cancelledReceiver() async {
    let channel = AsyncChannel<Int>()
    let cancelled = Task { await channel.makeAsyncIterator().next() }
    cancelled.cancel()
    #expect(await cancelled.value == nil)
    async let sent: Void = channel.send(1)
    #expect(await channel.makeAsyncIterator().next() == 1)
    await sent
  }

  @Test("finishing lets go whoever waits, and whoever comes later")
  func finish() async {
    let channel = AsyncChannel<Int>()
    let (receiver, sender) = (AsyncChannel<Int>(), AsyncChannel<Int>())
    let waiting = Task { await receiver.makeAsyncIterator().next() }
    let sending = Task { await sender.send(1) }
    for _ in 0..<10 { await Task.yield() }
    for channel in [channel, receiver, sender] { channel.finish() }
    #expect(await waiting.value == nil)
    await sending.value
    await channel.send(1)
    #expect(await channel.makeAsyncIterator().next() == nil)
  }
}

private final class Counter: Sendable {
  private let state = Mutex(0)

  var count: Int { state.withLock { $0 } }

  func add() { state.withLock { $0 += 1 } }
}
