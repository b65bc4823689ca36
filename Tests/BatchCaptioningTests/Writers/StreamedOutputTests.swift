import BatchCaptioning
import Captioning
import SystemPackage
import Testing

@Suite("Streamed output")
struct StreamedOutputTests {
  private final class Reader {
    var pieces: [String] = []
    func take(_ bytes: [UInt8]) { pieces.append(String(decoding: bytes, as: UTF8.self)) }
  }

  @Test("Each row is sent at once and in one piece, the first behind the header")
  func rows() throws {
    let (reader, format) = (Reader(), CSVFormat())
    let output = StreamedOutput(format: format, send: reader.take)
    let row = String(decoding: try #require(format.row(WrittenImage.captioned("a.jpg"))), as: UTF8.self)
    let header = String(decoding: format.header, as: UTF8.self)
    try output.write(WrittenImage.captioned("a.jpg"))
    #expect(reader.pieces == [header + row])
    try output.write(WrittenImage.withoutCaption[0])
    try output.write(WrittenImage.captioned("a.jpg"))
    try output.finish()
    #expect(reader.pieces == [header + row, row])
    #expect(output.flush() == OutputPosition(byteCount: (header + row + row).utf8.count, rows: 2))
  }

  @Test("Without rows there are the header and the end")
  func empty() throws {
    let reader = Reader()
    try StreamedOutput(format: COCOResultsFormat(), send: reader.take).finish()
    #expect(reader.pieces == ["[\n\n]\n"])
  }

  @Test("What keeps a row from being read ends the run")
  func broken() {
    struct NobodyReads: Error {}
    let output = StreamedOutput(format: JSONLinesFormat()) { _ in throw NobodyReads() }
    #expect(throws: NobodyReads.self) { try output.write(WrittenImage.captioned("a.jpg")) }
    #expect(output.flush() == .start)
  }
}
