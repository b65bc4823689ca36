/// The heading of a gallery.
package struct GalleryHeading: Sendable, Equatable {
  package var title: String
  /// The captioner, as `--model` names it.
  package var model: String

  package init(title: String = "Captions", model: String) {
    self.title = title
    self.model = model
  }
}

/// How many images there are, and how many of them the page has.
struct GalleryCounts: Sendable, Equatable {
  var captioned: Int
  /// The number of captioned images that are shown.
  var shown: Int
  /// The number of failures; all of them are shown.
  var failed: Int

  /// What the page holds, as a sentence: "A stable sample of 2,000 of 1,234,567 captioned images, and all 37 failures."
  var sentence: String {
    var captions: String
    if shown < captioned {
      captions = "A stable sample of \(Self.grouped(shown)) of \(Self.grouped(captioned)) captioned images"
    } else {
      switch captioned {
      case 0: captions = "No captioned images"
      case 1: captions = "1 captioned image"
      default: captions = "All \(Self.grouped(captioned)) captioned images"
      }
    }
    switch failed {
    case 0: break
    case 1: captions += ", and 1 failure"
    default: captions += ", and all \(Self.grouped(failed)) failures"
    }
    return captions + "."
  }

  /// The number with commas between thousands.
  private static func grouped(_ number: Int) -> String {
    var digits = String(number)[...]
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = digits.dropLast(3)
    }
    return ([digits] + groups).joined(separator: ",")
  }
}
