/// The text of `samples.html`.
package struct SamplesHTML: Sendable {
  /// The largest number of photos on a page, which grows by their bytes.
  package static let maximumPhotos = 24

  private let title: String
  private let photos: [SamplePhoto]
  private let history: [SampleCaptions]

  /// - Parameter history: the captions in the order of their steps.
  package init(title: String, photos: [SamplePhoto], history: [SampleCaptions]) {
    self.title = title
    self.photos = Array(photos.prefix(Self.maximumPhotos))
    self.history = history
  }

  package var text: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(Formatting.escaped(title))</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <header><h1>\(Formatting.escaped(title))</h1><p>\(state)</p></header>
    <main>
    \(photos.map(card).joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  private var state: String {
    guard let last = history.last else { return "not validated yet" }
    let each = (last.datasets ?? []).map { "\(Formatting.escaped($0.name)) \(Formatting.fixed($0.cider, 3))" }
    let score =
      last.cider.map {
        " · CIDEr \(Formatting.fixed($0, 3))" + (each.isEmpty ? "" : " (\(each.joined(separator: ", ")))")
      } ?? ""
    let count = history.count == 1 ? "1 validation" : "\(Formatting.grouped(history.count)) validations"
    return "step \(Formatting.grouped(last.step))\(score) · \(count)"
  }

  private func card(_ photo: SamplePhoto) -> String {
    let name = Formatting.escaped(photo.name)
    let picture =
      photo.dataURI.map { "<img src=\"\($0)\" alt=\"\(name)\">" } ?? "<div class=\"absent\">not shown: \(name)</div>"
    let turns = Self.turns(of: photo.name, history)
    let caption = turns.last.map { Formatting.escaped($0.caption) } ?? "no caption yet"
    var parts = ["<article>", picture, "<div class=\"words\">", "<p class=\"caption\">\(caption)</p>"]
    if turns.count > 1 {
      parts.append("<h2>Before, by step</h2>\n<ol class=\"turns\">")
      // The earlier captions, the newest first, beside the present one.
      parts += turns.dropLast().reversed().map { turn in
        "<li><span>\(turn.steps)</span> \(Formatting.escaped(turn.caption))</li>"
      }
      parts.append("</ol>")
    }
    if !photo.references.isEmpty {
      parts.append("<h2>References</h2>\n<ul>")
      parts += photo.references.map { "<li>\(Formatting.escaped($0))</li>" }
      parts.append("</ul>")
    }
    parts += ["<p class=\"name\">\(name)</p>", "</div>", "</article>"]
    return parts.joined(separator: "\n")
  }

  /// A caption and the consecutive validations that gave it.
  package struct Turn: Equatable {
    package let caption: String
    package let first: Int
    package var last: Int

    package init(_ caption: String, first: Int, last: Int) {
      self.caption = caption
      self.first = first
      self.last = last
    }

    var steps: String {
      first == last ? Formatting.grouped(first) : "\(Formatting.grouped(first))–\(Formatting.grouped(last))"
    }
  }

  package static func turns(of photo: String, _ history: [SampleCaptions]) -> [Turn] {
    var turns: [Turn] = []
    for record in history {
      guard let caption = record.captions.first(where: { $0.photo == photo })?.caption else { continue }
      if let last = turns.indices.last, turns[last].caption == caption {
        turns[last].last = record.step
      } else {
        turns.append(Turn(caption, first: record.step, last: record.step))
      }
    }
    return turns
  }

  private static let style = """
    :root{color-scheme:light dark;--paper:#f6f8fa;--card:#fff;--ink:#1f2328;--faint:#59636e;--line:#d1d9e0} \
    @media (prefers-color-scheme:dark){:root{--paper:#0d1117;--card:#161b22;--ink:#f0f6fc;--faint:#9198a1;--line:#30363d}} \
    *{box-sizing:border-box} \
    body{margin:0;padding:24px;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,sans-serif} \
    header{max-width:1200px;margin:0 auto 20px} h1{margin:0;font-size:22px} header p{margin:4px 0 0;color:var(--faint)} \
    main{max-width:1200px;margin:auto;display:grid;gap:20px;align-items:start;\
    grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr))} \
    article{background:var(--card);border:1px solid var(--line);border-radius:8px;overflow:hidden} \
    img{display:block;width:100%;aspect-ratio:4/3;object-fit:contain;background:var(--paper)} \
    .absent{padding:40px 16px;text-align:center;color:var(--faint);background:var(--paper)} \
    .words{padding:14px 16px;overflow-wrap:anywhere} .caption{margin:0;font-size:17px;font-weight:600} \
    h2{margin:14px 0 4px;font-size:12px;font-weight:600;color:var(--faint)} \
    ol,ul{margin:0;padding:0;list-style:none} li{margin:2px 0} \
    .turns{max-height:11em;overflow:auto} .turns li{display:flex;gap:.8em;color:var(--faint)} \
    .turns span{flex:none;min-width:6em;font-variant-numeric:tabular-nums} \
    .name{margin:14px 0 0;font-size:12px;color:var(--faint)}
    """
}
