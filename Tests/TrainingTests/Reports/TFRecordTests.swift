import TestSupport
import Testing
import Training

@Suite("TFRecord framing")
struct TFRecordTests {
  @Test("masked checksums are TensorBoard's")
  func checksums() throws {
    let text = String(decoding: try Fixture.data("tensorboard/masked-crc32c.txt"), as: UTF8.self)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.count == 9)
    for line in lines {
      let data = (0..<(try #require(Int(line[0])))).map { UInt8(truncatingIfNeeded: 17 * $0 + 3) }
      #expect(TFRecord.maskedChecksum(data) == UInt32(line[1], radix: 16), "of \(line[0]) bytes")
    }
  }

  @Test("a record is its length, two checksums and the data")
  func framing() {
    let record = TFRecord.framed([3, 20, 37, 54, 71, 88, 105])
    #expect(record.count == 8 + 4 + 7 + 4)
    #expect(Array(record[..<8]) == [7, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[12..<19]) == [3, 20, 37, 54, 71, 88, 105])
    // The second checksum is that of the same seven bytes in the fixture.
    #expect(Array(record[19...]) == [0x13, 0x69, 0x24, 0xca])
  }
}
