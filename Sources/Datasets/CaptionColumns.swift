/// What the columns of tables and the keys of JSON are called that hold images' names and captions.
package struct CaptionColumns: Sendable, Hashable {
  /// As somebody chose it; `nil` takes the first of the usual names that is there.
  package var image: String?
  /// As somebody chose it; `nil` takes the usual names.
  package var caption: String?

  package init(image: String? = nil, caption: String? = nil) {
    self.image = image
    self.caption = caption
  }

  private static let usualImages = [
    "file_name", "filename", "image", "path", "file", "image_path", "image_name", "filepath", "image_file", "img_path",
    "img",
  ]
  /// All of these are captions.
  private static let usualCaptions = ["captions", "caption", "text", "sentence"]
  /// The first of these is, where there is none of the others.
  private static let otherCaptions = ["sentences", "prompt", "comment", "description"]

  /// What the image may be called, the best first.
  var imageNames: [String] { image.map { [$0] } ?? Self.usualImages }
  var captionNames: [String] { caption.map { [$0] } ?? Self.usualCaptions }
  var otherCaptionNames: [String] { caption == nil ? Self.otherCaptions : [] }

  /// Whether records with these keys say what is said of which image.
  func suit(_ keys: Set<String>) -> Bool {
    let captions = captionNames + otherCaptionNames + (caption == nil ? [CaptionRecord.conversationsKey] : [])
    return imageNames.contains(where: keys.contains) && captions.contains(where: keys.contains)
  }
}
