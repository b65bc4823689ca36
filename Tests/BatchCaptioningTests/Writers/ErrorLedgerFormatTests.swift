import BatchCaptioning
import Captioning
import SystemPackage
import Testing

@Suite("Error ledger")
struct ErrorLedgerFormatTests {
  private let failure = ImageFailure(.truncated, stage: .decode, message: "it ends \"early\"", bytesRead: 1234)

  private func row(_ path: FilePath) throws -> String {
    String(decoding: try #require(ErrorLedgerFormat().row(WrittenImage.failed(path, failure))), as: UTF8.self)
  }

  @Test("A row says what failed, where on the way, and why")
  func row() throws {
    #expect(
      try row("photos/a b.jpg") == """
        {"path":"photos/a b.jpg","code":"truncated","stage":"decode","message":"it ends \\"early\\"","bytes_read":1234}

        """)
  }

  @Test("A path that is not UTF-8 has its bytes besides")
  func latin1() throws {
    #expect(try row(WrittenImage.latin1).hasPrefix(#"{"path":"photos/\\xE9.jpg","path_base64":"cGhvdG9zL+kuanBn","#))
  }

  @Test("Images that did not fail have no row")
  func others() {
    #expect(ErrorLedgerFormat().row(WrittenImage.captioned("a.jpg")) == nil)
    #expect(ErrorLedgerFormat().row(FinishedImage(WrittenImage.listed("a.jpg"), outcome: .skipped)) == nil)
  }
}
