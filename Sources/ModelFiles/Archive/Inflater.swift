import CZlib

/// Raw deflate (RFC 1951), decompressed piece by piece by zlib.
package final class Inflater {
  package struct Progress {
    package var consumed: Int
    package var produced: Int
    package var isFinished: Bool
  }

  // On the heap: zlib's state points back at this structure, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// `nil` where zlib finds no memory.
  package init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Takes what it can of `input` and writes what it can to `output`.
  ///
  /// - Returns: `nil` where the data are no valid deflate stream.
  package func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> Progress? {
    let availableIn = uInt(clamping: input.count)
    let availableOut = uInt(clamping: output.count)
    // zlib never writes through `next_in`; it merely lacks the `const`.
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = availableIn
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = availableOut
    let result = CZlib.inflate(stream, Z_NO_FLUSH)
    // Z_BUF_ERROR only says that there was nothing to do with the buffers given.
    guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return nil }
    return Progress(
      consumed: Int(availableIn - stream.pointee.avail_in), produced: Int(availableOut - stream.pointee.avail_out),
      isFinished: result == Z_STREAM_END)
  }
}
