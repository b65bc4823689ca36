extension GalleryPage {
  /// The page up to the images.
  static func head(_ heading: GalleryHeading, _ counts: GalleryCounts) -> String {
    let title = escaped(heading.title)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; \
      style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      <style>
      \(style)
      </style>
      </head>
      <body>
      <a class="skip" href="#items" id="skip">Skip to the images</a>
      <header>
      <h1>\(title)</h1>
      <p id="scope">\(escaped(counts.sentence))</p>
      <p class="by">Captioned by <b>\(escaped(heading.model))</b></p>
      </header>
      \(controls)
      <noscript><p class="empty">This page needs JavaScript to show its images. It loads nothing from elsewhere.</p>\
      </noscript>
      <main>
      <ul id="items" aria-label="Images" tabindex="-1"></ul>
      <div id="empty" class="empty" hidden><p></p><button type="button" class="plain">Show all images</button></div>
      <div id="more" aria-hidden="true"></div>
      </main>
      \(templates)

      """
  }

  /// The page after the images.
  static let foot = """
    <script>
    \(script)
    \(cardScript)
    \(detailsScript)
    \(startScript)
    </script>
    </body>
    </html>

    """

  private static let controls = """
    <form id="controls" role="search" aria-label="Images">
    <input type="search" id="query" placeholder="Search captions and paths" aria-label="Search captions and paths" \
    aria-keyshortcuts="/" autocomplete="off" spellcheck="false">
    <div class="filters" role="group" aria-label="Show">
    <button type="button" data-filter="all">All <span></span></button>
    <button type="button" data-filter="captioned">Captioned <span></span></button>
    <button type="button" data-filter="failures">Failures <span></span></button>
    </div>
    <label class="sort"><span>Sort by</span> <select id="sort">
    <option value="list">List order</option>
    <option value="confidence">Least confident first</option>
    <option value="-confidence">Most confident first</option>
    <option value="name">Name</option>
    <option value="length">Shortest caption first</option>
    <option value="-length">Longest caption first</option>
    </select></label>
    <output id="status" aria-live="polite">Loading…</output>
    </form>
    """

  /// The templates that the script fills in for each image, and for the details of one.
  private static let templates = """
    <template id="card"><li><button type="button">
    <span class="picture"></span>
    <span class="words"><span class="text"></span>
    <span class="facts"><span class="name"></span><span class="confidence"></span></span></span>
    </button></li></template>
    <dialog id="details" aria-labelledby="details-text">
    <div class="bar"><span id="details-place"></span>
    <button type="button" class="plain" id="previous" aria-label="Previous image" title="Previous (←)">←</button>
    <button type="button" class="plain" id="next" aria-label="Next image" title="Next (→)">→</button>
    <button type="button" class="plain" id="close" autofocus aria-label="Close" title="Close (Esc)">✕</button></div>
    <div class="body">
    <div id="details-picture" class="picture"></div>
    <div class="panel">
    <p id="details-text"></p>
    <p class="actions"><button type="button" class="plain" id="copy">Copy caption</button>
    <a id="original" class="plain" target="_blank" rel="noopener">Open original</a></p>
    <dl id="facts"></dl>
    </div>
    </div>
    </dialog>
    """

  /// The text escaped for content and quoted attributes.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\0"..<" ": escaped += " "
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
