import BatchCaptioning
import Captioning
import Foundation
import ImageEncoding
import ModelFiles
import SystemPackage
import TestSupport
import Testing

/// The page in a browser: a thousand images, and failures among them.
@Suite("Gallery in a browser", .enabled(if: Chromium.executable != nil), .serialized)
struct GalleryBrowserTests {
  private static let photos = [
    ("astronaut.jpg", "a woman in an orange space suit"), ("chelsea.png", "a cat looks at the camera"),
    ("coffee.jpg", "a cup of coffee on a table"), ("dog.webp", "a dog on the grass"),
    ("harrier.jpg", "a bird of prey in flight over a field"), ("rocket.jpg", "a rocket before its launch"),
    ("two-dogs.jpg", "two dogs look out of a window"),
  ]

  private static let thumbnails = Result {
    try photos.map { name, _ in
      let path = Fixture.url("images/\(name)").path(percentEncoded: false)
      return try ImageDecoder().decode(path: path).image.thumbnail().jpeg()
    }
  }

  /// 1,000 captioned images and, after each 28th, 35 failures, every other one of them of a dog.
  private static func images() throws -> [FinishedImage] {
    let thumbnails = try thumbnails.get()
    var images: [FinishedImage] = []
    for number in 0..<1000 {
      let kind = number % photos.count
      var caption = BatchCaption(
        text: photos[kind].1,
        judgement: CaptionJudgement(confidence: Double(number * 619 % 1000) / 1000, logProbability: -1), width: 640,
        height: 480, hash: WrittenImage.hash, model: "tiny", milliseconds: 1)
      if number == 4 { caption.text = "</script><img src=x onerror=\"document.title='taken'\"> & <b>bold</b>" }
      let path = Fixture.url("images/\(photos[kind].0)").path(percentEncoded: false)
      let image = ListedImage(ordinal: images.count, path: FilePath(path), content: .file)
      images.append(FinishedImage(image, outcome: .captioned(caption), thumbnail: thumbnails[kind]))
      if number % 28 == 27 {
        let path = FilePath("broken/\(number % 56 == 27 ? "dog" : "cat")-\(number).jpg")
        images.append(GalleryImage.failed(images.count, path, message: "is a truncated JPEG; copy it again"))
      }
    }
    return images
  }

  private func withPage(_ body: (Chromium, [FinishedImage]) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "report.html")
      let images = try Self.images()
      try GalleryOutput(url).finish(images)
      try body(Chromium(page: url, directory: directory), images)
    }
  }

  /// What a document shows, found by its markup.
  private struct Shown: CustomTestStringConvertible {
    private let document: String

    init(_ document: String) { self.document = document }

    /// The document has megabytes.
    var testDescription: String { "the document" }

    func has(_ markup: String) -> Bool { document.contains(markup) }
    func count(_ markup: Regex<Substring>) -> Int { document.matches(of: markup).count }

    /// The images' places in the list, from 1 on.
    var numbers: [Int] { document.matches(of: /<button type="button" data-number="(\d+)">/).compactMap { Int($0.1) } }
    var failed: Int { document.matches(of: /<li class="failed">/).count }
    var status: String? { document.firstMatch(of: /<output id="status"[^>]*>([^<]*)</).map { String($0.1) } }
    /// What the buttons say: all, captioned, failures.
    var counts: [String] {
      document.matches(of: /data-filter="\w+"[^>]*>\w+ <span>([^<]*)</).map { String($0.1) }
    }
    /// The text that an element begins with.
    func text(_ id: String) -> String? {
      document.split(separator: " id=\"\(id)\"").dropFirst().first?
        .split(separator: ">", omittingEmptySubsequences: false).dropFirst().first?
        .split(separator: "<", omittingEmptySubsequences: false).first.map(String.init)
    }
    var title: String? { document.firstMatch(of: /<title>([^<]*)</).map { String($0.1) } }
  }

  @Test("It begins with the list, as much of it as can be seen and some more, and counts all")
  func beginning() throws {
    try withPage { browser, images in
      let shown = Shown(try browser.document())
      #expect(images.count == 1035)
      #expect(shown.status == "1,035 images")
      #expect(shown.counts == ["1,035", "1,000", "35"])
      #expect(shown.numbers.count >= 120)
      #expect(shown.numbers == Array(1...shown.numbers.count))
      #expect(shown.text("scope") == "All 1,000 captioned images, and all 35 failures.")
    }
  }

  @Test("The address sorts and searches")
  func sorted() throws {
    try withPage { browser, images in
      let shown = Shown(try browser.document("sort=confidence&filter=captioned&q=dog"))
      let expected = images.filter { $0.caption?.text.contains("dog") == true || $0.path.text.contains("dog") }
        .filter { $0.caption != nil }
        .sorted { ($0.caption?.confidence ?? 2) < ($1.caption?.confidence ?? 2) }.map { $0.image.ordinal + 1 }
      #expect(expected.count == 285)
      #expect(shown.status == "285 images")
      #expect(shown.numbers.count >= 120)
      #expect(shown.numbers == Array(expected.prefix(shown.numbers.count)))
    }
  }

  @Test("Sorted by confidence, failures come last, whichever end is first", arguments: ["confidence", "-confidence"])
  func failuresLast(_ order: String) throws {
    try withPage { browser, images in
      let shown = Shown(try browser.document("sort=\(order)"))
      #expect(shown.numbers.count >= 120)
      // In the list's order there are four among the first.
      #expect(shown.failed == 0)
      let confidences = shown.numbers.compactMap { images[$0 - 1].caption?.confidence }
      #expect(confidences == confidences.sorted { order == "confidence" ? $0 < $1 : $0 > $1 })
    }
  }

  @Test("Failures alone are rows with code and message")
  func failures() throws {
    try withPage { browser, images in
      let shown = Shown(try browser.document("sort=confidence&filter=failures&q=dog"))
      let expected = images.filter { $0.failure != nil && $0.path.text.contains("dog") }.map { $0.image.ordinal + 1 }
      #expect(expected.count == 18)
      #expect(shown.numbers == expected)
      #expect(shown.failed == 18)
      #expect(shown.status == "18 images")
      #expect(shown.has("<ul id=\"items\" aria-label=\"Images\" tabindex=\"-1\" class=\"rows\">"))
      #expect(shown.count(/<span class="picture absent code">truncated<\/span>/) == 18)
      #expect(shown.count(/<span class="text">is a truncated JPEG; copy it again<\/span>/) == 18)
    }
  }

  @Test("The address opens an image's details")
  func details() throws {
    try withPage { browser, images in
      let shown = Shown(try browser.document("item=3"))
      #expect(shown.has("<dialog id=\"details\" aria-labelledby=\"details-text\" open=\"\">"))
      #expect(shown.text("details-text") == "a cup of coffee on a table")
      #expect(shown.text("details-place") == "3 of 1,035")
      #expect(shown.has("<dd class=\"code\">\(WrittenImage.hash.hexadecimal)</dd>"))
      #expect(shown.has("<dd>640 × 480 pixels</dd>"))
      // The file itself, since the page can reach it.
      #expect(shown.count(/<div id="details-picture" class="picture"><img alt="" src="[^"]*\/coffee.jpg">/) == 1)
    }
  }

  @Test("A search that finds nothing says so")
  func nothing() throws {
    try withPage { browser, _ in
      let shown = Shown(try browser.document("q=unicorn"))
      #expect(shown.numbers == [])
      #expect(shown.status == "0 images")
      #expect(shown.has("<p>Nothing matches “unicorn”.</p>"))
    }
  }

  @Test("Captions are text, whatever they look like, and nonsense in the address is left aside")
  func hostile() throws {
    try withPage { browser, _ in
      let shown = Shown(try browser.document("sort=constructor&filter=toString&item=5"))
      #expect(shown.title == "Captions")
      #expect(shown.status == "1,035 images")
      #expect(
        shown.has("&lt;/script&gt;&lt;img src=x onerror=\"document.title='taken'\"&gt; &amp; &lt;b&gt;"))
    }
  }

  @Test("A page without images says so")
  func empty() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appending(path: "report.html")
      try GalleryOutput(url).finish([])
      let shown = Shown(try Chromium(page: url, directory: directory).document())
      #expect(shown.has("<p>There are no images yet.</p>"))
      #expect(shown.counts == ["0", "0", "0"])
    }
  }

  @Test("It is drawn, on light and on dark ground", arguments: [(1280, 800), (500, 900)])
  func screenshots(_ width: Int, _ height: Int) throws {
    try withPage { browser, _ in
      for isDark in [false, true] {
        let bytes = try browser.screenshot(width: width, height: height, isDark: isDark)
        let picture = try ImageDecoder().decode(bytes, named: "screenshot").image
        #expect(picture.size == ImageSize(width: width, height: height))
        let pixels = picture.pixels
        let colours = Set(stride(from: 0, to: pixels.count, by: 3).map { Array(pixels[$0..<$0 + 3]) })
        // Photos have thousands; a page that only has text some hundred.
        #expect(colours.count > 2000)
        let corner = pixels.prefix(3)
        #expect(isDark ? corner.allSatisfy { $0 < 60 } : corner.allSatisfy { $0 > 200 })
      }
    }
  }
}
