import Testing
import Training

@Suite("Samples as HTML")
struct SamplesHTMLTests {
  private let photo = SamplePhoto(
    name: "dog.jpg", imageBytes: [0xFF, 0xD8, 0xFF, 0xE0], references: ["A dog.", "A brown dog & a ball."])

  @Test("a card shows photo, newest caption, earlier ones and references")
  func card() {
    let history = [(50, "A man."), (100, "A dog."), (150, "A dog."), (1200, "A brown dog.")].map {
      SampleCaptions(step: $0, cider: 0.3125, captions: [.init(photo: "dog.jpg", caption: $1)])
    }
    let text = SamplesHTML(title: "Run", photos: [photo], history: history).text
    #expect(
      text.contains(
        """
        <article>
        <img src="data:image/jpeg;base64,/9j/4A==" alt="dog.jpg">
        <div class="words">
        <p class="caption">A brown dog.</p>
        <h2>Before, by step</h2>
        <ol class="turns">
        <li><span>100–150</span> A dog.</li>
        <li><span>50</span> A man.</li>
        </ol>
        <h2>References</h2>
        <ul>
        <li>A dog.</li>
        <li>A brown dog &amp; a ball.</li>
        </ul>
        <p class="name">dog.jpg</p>
        </div>
        </article>
        """))
    #expect(text.contains("<header><h1>Run</h1><p>step 1,200 · CIDEr 0.312 · 4 validations</p></header>"))
  }

  @Test("the page's head says the score of each of several datasets")
  func datasets() {
    let scores = [SampleCaptions.Score(name: "flickr8k", cider: 0.375), .init(name: "varied", cider: 0.125)]
    let history = [SampleCaptions(step: 50, cider: 0.25, datasets: scores, captions: [])]
    let text = SamplesHTML(title: "Run", photos: [photo], history: history).text
    #expect(text.contains("<p>step 50 · CIDEr 0.250 (flickr8k 0.375, varied 0.125) · 1 validation</p>"))
  }

  @Test("what models, files and people write is text")
  func escaped() {
    let photo = SamplePhoto(name: "\"><script>1", imageBytes: [], references: ["<script>2"])
    let history = ["<script>3", "<script>4"].enumerated().map {
      SampleCaptions(step: $0, captions: [.init(photo: photo.name, caption: $1)])
    }
    let text = SamplesHTML(title: "<script>5", photos: [photo], history: history).text
    #expect(!text.contains("<script"))
    #expect(text.ranges(of: "&lt;script&gt;").count == 7, "the title and the name of the absent photo are there twice")
  }

  @Test("before the first validation the page says so")
  func empty() {
    let text = SamplesHTML(title: "Run", photos: [photo], history: []).text
    #expect(text.contains("<p>not validated yet</p>"))
    #expect(text.contains("<p class=\"caption\">no caption yet</p>"))
  }

  @Test("one page carries a bounded number of photos")
  func bounded() {
    let photos = [SamplePhoto](repeating: photo, count: SamplesHTML.maximumPhotos + 1)
    let text = SamplesHTML(title: "Run", photos: photos, history: []).text
    #expect(text.ranges(of: "<article>").count == SamplesHTML.maximumPhotos)
  }

  @Test("validations in a row with the same caption are one turn")
  func turns() {
    let history = [("A.", 1), ("A.", 2), ("B.", 3), ("A.", 4)].map {
      SampleCaptions(step: $1, captions: [.init(photo: "x", caption: $0)])
    }
    let others = [SampleCaptions(step: 5, captions: [.init(photo: "y", caption: "C.")])]
    #expect(
      SamplesHTML.turns(of: "x", history + others)
        == [.init("A.", first: 1, last: 2), .init("B.", first: 3, last: 3), .init("A.", first: 4, last: 4)])
  }
}
