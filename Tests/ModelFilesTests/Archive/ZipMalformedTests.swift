import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Hostile zip archives")
struct ZipMalformedTests {
  /// Opens the archive and reads all of it; a bomb would exceed the limit.
  private func read(_ zip: ZipBytes) throws -> [[UInt8]] {
    try zip.values.withFile { path in
      let archive = try ZipArchive(path: path)
      return try archive.entries.map { try archive.read($0, limit: 10_000) }
    }
  }

  private func archive(_ change: (inout ZipBytes.Entry) -> Void) -> ZipBytes {
    var zip = ZipBytes()
    change(&zip.entries[0])
    return zip
  }

  @Test("the archive that the others are made from is read")
  func sound() throws {
    #expect(try read(ZipBytes()) == [Array("content".utf8)])
  }

  @Test(
    "unsafe names are refused",
    arguments: [
      "/absolute", "../up", "a/../../up", "a//b", "./a", "a/.", "..", ".", "", "a\\b", "C:/a", "a\u{0}b", "a\nb",
    ])
  func unsafeName(name: String) throws {
    let error = #expect(throws: ZipError.self) { try read(archive { $0.name = Array(name.utf8) }) }
    guard case .unsafeName = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test("a name that is no UTF-8 is refused")
  func invalidName() throws {
    let error = #expect(throws: ZipError.self) { try read(archive { $0.name = [0x66, 0xff, 0xfe] }) }
    guard case .unsafeName = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test("what this reader does not do is refused by name: encryption, other compressions, links")
  func unsupported() throws {
    let changes: [(inout ZipBytes.Entry) -> Void] = [
      { $0.flags = 1 }, { $0.method = 12 }, { $0.method = 14 }, { $0.attributes = 0o120777 << 16 },
    ]
    for change in changes {
      let error = #expect(throws: ZipError.self) { try read(archive(change)) }
      guard case .unsupported = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }
  }

  @Test("one of several disks is refused")
  func severalDisks() throws {
    var zip = ZipBytes()
    zip.disk = 1
    #expect(throws: ZipError.self) { try read(zip) }
  }

  @Test("a bomb that declares little stops at what it declares")
  func understatedBomb() throws {
    let zeros = Array(try Fixture.data("archives/zeros.deflate"))
    var seen = 0
    let zip = archive {
      $0.content = zeros
      $0.method = 8
      $0.byteCount = 7
    }
    try zip.values.withFile { path in
      let archive = try ZipArchive(path: path)
      #expect(throws: ZipError.self) { try archive.extract(archive.entries[0], limit: 10_000) { seen += $0.count } }
    }
    #expect(seen == 0)
  }

  @Test("a bomb that declares its size is refused before anything is unpacked")
  func declaredBomb() throws {
    let zeros = Array(try Fixture.data("archives/zeros.deflate"))
    let error = #expect(throws: ZipError.self) {
      try read(
        archive {
          $0.content = zeros
          $0.method = 8
          $0.byteCount = 1_000_000
        })
    }
    guard case .limitExceeded = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test("entries that share content are refused")
  func overlap() throws {
    var zip = ZipBytes()
    zip.entries = [ZipBytes.Entry(), ZipBytes.Entry(name: Array("twin".utf8), headerOffset: 0)]
    let error = #expect(throws: ZipError.self) { try read(zip) }
    #expect(error?.description.contains("overlaps") == true)
  }

  @Test("two files of one name are refused")
  func duplicate() throws {
    var zip = ZipBytes()
    zip.entries = [ZipBytes.Entry(), ZipBytes.Entry()]
    let error = #expect(throws: ZipError.self) { try read(zip) }
    #expect(error?.description.contains("two files named") == true)
  }

  @Test("content that is not what the archive says is refused")
  func damagedContent() throws {
    let zeros = Array(try Fixture.data("archives/zeros.deflate"))
    let changes: [(inout ZipBytes.Entry) -> Void] = [
      { $0.checksum ^= 1 },
      { $0.localName = Array("felt".utf8) },
      { $0.localMethod = 8 },
      { $0.method = 8 },
      // Valid deflate, and bytes behind its end.
      {
        $0.content = [3, 0, 1, 2, 3]
        $0.method = 8
        $0.byteCount = 0
        $0.checksum = 0
      },
      // Deflate cut short.
      {
        $0.content = Array(zeros.prefix(100))
        $0.method = 8
        $0.byteCount = 9000
      },
      // Deflate that is shorter than declared.
      {
        $0.content = [3, 0]
        $0.method = 8
        $0.byteCount = 5
      },
    ]
    for (index, change) in changes.enumerated() {
      #expect(throws: ZipError.self, "change \(index)") { try read(archive(change)) }
    }
  }

  @Test("places and sizes out of bounds are refused, however large")
  func outOfBounds() throws {
    let changes: [(inout ZipBytes) -> Void] = [
      { $0.entryCount = 2 }, { $0.entryCount = 0 }, { $0.entryCount = .max }, { $0.directoryOffset = 0 },
      { $0.directoryOffset = .max }, { $0.directoryOffset = .max - 1 }, { $0.directoryByteCount = .max - 1 },
      { $0.directoryByteCount = 0 },
      {
        $0.before = [1, 2, 3]; $0.directoryOffset = 41
      },
      { $0.betweenDirectoryAndEnd = [0] }, { $0.entries[0].headerOffset = .max - 1 },
      { $0.entries[0].compressedByteCount = .max - 1 }, { $0.entries[0].headerOffset = 1 },
      { $0.entries[0].compressedByteCount = 8 },
    ]
    for (index, change) in changes.enumerated() {
      var zip = ZipBytes()
      change(&zip)
      #expect(throws: ZipError.self, "change \(index)") { try read(zip) }
    }
  }

  @Test("zip64 fields that are missing, cut short or beyond what an Int holds are refused")
  func zip64() throws {
    let huge = Array(repeating: UInt8(0xff), count: 8)
    for extra in [
      [], [1, 0], [1, 0, 4, 0, 0, 0, 0, 0], [1, 0, 8, 0] + huge, [2, 0, 8, 0] + huge, [1, 0, 0xff, 0xff],
    ] {
      #expect(throws: ZipError.self, "\(extra)") {
        try read(
          archive {
            $0.byteCount = .max
            $0.extra = extra
          })
      }
    }
  }

  @Test("more entries than the limit are refused")
  func entryLimit() throws {
    var limits = ZipArchive.Limits()
    limits.entryCount = 0
    try ZipBytes().values.withFile { path in
      #expect(throws: ZipError.self) { try ZipArchive(path: path, limits: limits) }
    }
  }
}
