/// Runs the pickle of a PyTorch checkpoint as far as a table of tensors needs it (Python's pickle protocol 2 to 4).
///
/// A pickle is a program that may call anything. This one calls nothing: of all names that it may ask for, an ordered
/// dictionary and PyTorch's two functions that describe a tensor are known, and stand for what they describe; any other name,
/// and any other instruction, ends it with an error.
struct PickleProgram {
  indirect enum Value: Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case string(String)
    case tuple([Value])
    case list([Value])
    /// The pairs in the order in which their keys came.
    case dictionary([Pair])
    /// A name that the program may call.
    case global(String)
    case storage(type: String, key: String, count: Int)
    case tensor(Tensor)
  }

  struct Pair: Equatable {
    let key, value: Value
  }

  struct Tensor: Equatable {
    /// A class of PyTorch's, such as `FloatStorage`.
    let type: String
    let key: String
    /// The length of the storage, in elements.
    let count: Int
    /// The start of the tensor in the storage, in elements.
    let offset: Int
    let shape, strides: [Int]
  }

  struct Failure: Error, Equatable {
    let problem: String
  }

  private static let maximumInstructions = 10_000_000
  /// The deepest nesting of values within values: freeing a deeper one could use up the stack.
  private static let maximumDepth = 64
  private static let orderedDictionary = "collections OrderedDict"
  private static let rebuildTensor = "torch._utils _rebuild_tensor_v2"
  private static let rebuildParameter = "torch._utils _rebuild_parameter"

  /// A value, and how deep others are nested in it.
  private struct Item {
    let value: Value
    var depth = 0
  }

  private var cursor: ByteCursor
  /// The class of every storage that was named, by its key.
  private var storageTypes: [String: String] = [:]
  /// `nil` is a mark.
  private var stack: [Item?] = []
  private var memo: [Int: Item] = [:]

  private init(_ bytes: UnsafeRawBufferPointer, at start: Int) { cursor = ByteCursor(bytes, at: start) }

  /// The result of a program.
  struct Outcome {
    let value: Value
    let storageTypes: [String: String]
    /// The offset of the next byte after the program.
    let end: Int
  }

  /// - Returns: the result of the program.
  static func run(_ bytes: [UInt8]) throws(Failure) -> Value {
    // The closure's error type is `any Error`.
    let outcome: Result<Value, Failure> = bytes.withUnsafeBytes { buffer in
      do throws(Failure) { return .success(try run(buffer, at: 0).value) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  /// The same for a program that begins at byte `start`.
  static func run(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(Failure) -> Outcome {
    do {
      var program = PickleProgram(bytes, at: start)
      let value = try program.run()
      return Outcome(value: value, storageTypes: program.storageTypes, end: program.cursor.position)
    } catch let failure as Failure {
      throw failure
    } catch let failure as ByteCursor.Failure {
      throw Failure(problem: failure.problem)
    } catch {
      throw Failure(problem: "\(error)")
    }
  }

  private mutating func run() throws -> Value {
    for _ in 0..<Self.maximumInstructions {
      let code: UInt8 = try cursor.read()
      if code == UInt8(ascii: ".") { return try pop().value }
      try step(code)
    }
    throw Failure(problem: "its pickle does not come to an end")
  }

  private mutating func step(_ code: UInt8) throws {
    switch code {
    case 0x80:  // PROTO
      let version: UInt8 = try cursor.read()
      guard (2...5).contains(version) else { throw Failure(problem: "pickle protocol \(version) is not known") }
    case 0x95: try cursor.skip(8)  // FRAME
    case UInt8(ascii: "("): stack.append(nil)
    case UInt8(ascii: "N"): push(.null)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "K"): push(.integer(Int(try cursor.read(UInt8.self))))
    case UInt8(ascii: "M"): push(.integer(Int(try cursor.read(UInt16.self))))
    case UInt8(ascii: "J"): push(.integer(Int(try cursor.read(Int32.self))))
    case 0x8a: push(.integer(try longInteger()))
    case UInt8(ascii: "X"): push(.string(try text(Int(try cursor.read(UInt32.self)))))
    case 0x8c: push(.string(try text(Int(try cursor.read(UInt8.self)))))
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case 0x85: try pushTuple(try popLast(1))
    case 0x86: try pushTuple(try popLast(2))
    case 0x87: try pushTuple(try popLast(3))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case UInt8(ascii: "c"): push(.global("\(try line()) \(try line())"))
    case 0x93:  // STACK_GLOBAL
      guard case .string(let name) = try pop().value, case .string(let module) = try pop().value else {
        throw outOfStep()
      }
      push(.global("\(module) \(name)"))
    case UInt8(ascii: "q"): memo[Int(try cursor.read(UInt8.self))] = try top()
    case UInt8(ascii: "r"): memo[Int(try cursor.read(UInt32.self))] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): stack.append(try remembered(Int(try cursor.read(UInt8.self))))
    case UInt8(ascii: "j"): stack.append(try remembered(Int(try cursor.read(UInt32.self))))
    case UInt8(ascii: "s"): try setItems([try pop(), try pop()].reversed())
    case UInt8(ascii: "u"): try setItems(try popToMark())
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "Q"): push(try storage(try pop().value))
    case UInt8(ascii: "R"):
      let arguments = try pop().value
      push(try call(try pop().value, arguments))
    case UInt8(ascii: "b"):
      // The state of an ordered dictionary is PyTorch's note of versions.
      _ = try pop()
      guard case .dictionary = try top().value else { throw Failure(problem: "its pickle builds an object") }
    default:
      throw Failure(problem: "its pickle holds the instruction \(code), which a table of tensors does not need")
    }
  }

  /// The value that stands for the result of a call.
  private func call(_ function: Value, _ arguments: Value) throws(Failure) -> Value {
    guard case .global(let name) = function, case .tuple(let arguments) = arguments else { throw outOfStep() }
    switch name {
    case Self.orderedDictionary where arguments.isEmpty: return .dictionary([])
    case Self.rebuildTensor:
      guard arguments.count >= 4, case .storage(let type, let key, let count) = arguments[0],
        case .integer(let offset) = arguments[1], let shape = Self.integers(arguments[2]),
        let strides = Self.integers(arguments[3]), shape.count == strides.count
      else { throw outOfStep() }
      return .tensor(Tensor(type: type, key: key, count: count, offset: offset, shape: shape, strides: strides))
    case Self.rebuildParameter:
      guard case .tensor(let tensor) = arguments.first else { throw outOfStep() }
      return .tensor(tensor)
    default:
      throw Failure(problem: "its pickle calls '\(name.prefix(80))', which a table of tensors does not need")
    }
  }

  /// `("storage", class, key, device, count)`; before PyTorch 1.6 then `None`, or the part of another storage that it is.
  private mutating func storage(_ reference: Value) throws(Failure) -> Value {
    guard case .tuple(let parts) = reference, (5...6).contains(parts.count), parts[0] == .string("storage"),
      case .global(let type) = parts[1], case .string(let key) = parts[2], case .integer(let count) = parts[4]
    else { throw outOfStep() }
    guard parts.count == 5 || parts[5] == .null else { throw Failure(problem: "a storage is a part of another") }
    storageTypes[key] = type
    return .storage(type: type, key: key, count: count)
  }

  private static func integers(_ value: Value) -> [Int]? {
    guard case .tuple(let values) = value else { return nil }
    let integers = values.compactMap { value -> Int? in
      if case .integer(let integer) = value { integer } else { nil }
    }
    return integers.count == values.count ? integers : nil
  }

  private func outOfStep() -> Failure {
    Failure(problem: "its pickle is no table of tensors (byte \(cursor.position))")
  }

  private mutating func push(_ value: Value) { stack.append(Item(value: value)) }

  /// Pushes a value that has `items` in it.
  private mutating func push(_ value: Value, around items: [Item], depth: Int = 0) throws(Failure) {
    let depth = max(depth, 1 + (items.map(\.depth).max() ?? 0))
    guard depth <= Self.maximumDepth else { throw Failure(problem: "its values are nested too deeply") }
    stack.append(Item(value: value, depth: depth))
  }

  private mutating func pushTuple(_ items: [Item]) throws(Failure) {
    try push(.tuple(items.map(\.value)), around: items)
  }

  private func top() throws(Failure) -> Item {
    guard let last = stack.last, let item = last else { throw outOfStep() }
    return item
  }

  private mutating func pop() throws(Failure) -> Item {
    guard let last = stack.popLast(), let item = last else { throw outOfStep() }
    return item
  }

  private mutating func popLast(_ count: Int) throws(Failure) -> [Item] {
    var items: [Item] = []
    for _ in 0..<count { items.append(try pop()) }
    return items.reversed()
  }

  private mutating func popToMark() throws(Failure) -> [Item] {
    guard let mark = stack.lastIndex(where: { $0 == nil }) else { throw outOfStep() }
    let items = stack[(mark + 1)...].compactMap(\.self)
    stack.removeSubrange(mark...)
    return items
  }

  private mutating func setItems(_ items: [Item]) throws(Failure) {
    let target = try pop()
    guard items.count % 2 == 0, case .dictionary(var pairs) = target.value else { throw outOfStep() }
    for index in stride(from: 0, to: items.count, by: 2) {
      pairs.append(Pair(key: items[index].value, value: items[index + 1].value))
    }
    try push(.dictionary(pairs), around: items, depth: target.depth)
  }

  private mutating func append(_ items: [Item]) throws(Failure) {
    let target = try pop()
    guard case .list(let list) = target.value else { throw outOfStep() }
    try push(.list(list + items.map(\.value)), around: items, depth: target.depth)
  }

  private func remembered(_ index: Int) throws(Failure) -> Item {
    guard let item = memo[index] else { throw outOfStep() }
    return item
  }

  private mutating func text(_ count: Int) throws -> String {
    let range = try cursor.range(count)
    return String(decoding: cursor.bytes[range], as: UTF8.self)
  }

  private mutating func line() throws -> String {
    var bytes: [UInt8] = []
    while true {
      let byte: UInt8 = try cursor.read()
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
  }

  /// LONG1: as many bytes as the first says, two's complement.
  private mutating func longInteger() throws -> Int {
    let count = Int(try cursor.read(UInt8.self))
    guard count <= 8 else { throw outOfStep() }
    var value: UInt64 = 0
    for place in 0..<count { value |= UInt64(try cursor.read(UInt8.self)) << UInt64(8 * place) }
    if count > 0, count < 8, value >> UInt64(8 * count - 1) & 1 == 1 { value |= ~0 << UInt64(8 * count) }
    return Int(truncatingIfNeeded: value)
  }
}
