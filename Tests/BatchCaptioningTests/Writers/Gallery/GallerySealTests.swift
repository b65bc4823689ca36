import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("The seal of a gallery's page")
struct GallerySealTests {
  @Test("A page as it was written is known, and one that is not there; any change is told")
  func seal() throws {
    try withTemporaryDirectory { directory in
      let page = directory.appending(path: "page.html")
      let path = page.path(percentEncoded: false)
      #expect(try !GallerySeal.check(path))
      try GalleryOutput(page).finish([GalleryImage.captioned(0, "a.jpg", "a cat")])
      #expect(try GallerySeal.check(path))
      let text = try String(contentsOf: page, encoding: .utf8)
      for changed in [text.replacing("a cat", with: "a dog"), text + "\n", String(text.dropLast(3)), "mine"] {
        try Data(changed.utf8).write(to: page)
        #expect(throws: BatchError.changedOutput(path: path, problem: "was changed after a run of caption wrote it")) {
          try GallerySeal.check(path)
        }
      }
    }
  }

  @Test("An image whose file was replaced is on the page once, with its new caption")
  func replaced() throws {
    try withTemporaryDirectory { directory in
      let page = directory.appending(path: "page.html")
      let output = try GalleryOutput(page)
      for image in [GalleryImage.captioned(0, "a.jpg", "old"), GalleryImage.captioned(1, "b.jpg", "b")] {
        try output.write(image)
      }
      let position = try output.flush()
      try output.finish()
      let next = try GalleryOutput(page, position: position)
      var image = GalleryImage.captioned(0, "a.jpg", "new")
      image.replaced = (JournalledCaption(WrittenImage.caption("old")), "a.jpg")
      try next.finish([image])
      #expect(try GalleryFile(page).captioned.map(\.caption).sorted { $0 ?? "" < $1 ?? "" } == ["b", "new"])
      #expect(try GalleryFile(page).scope == "All 2 captioned images.")
    }
  }
}
