/// The names of the columns of tables, and of the keys of JSON, that hold images' names and captions.
package struct CaptionColumns: Sendable, Hashable {
  /// The name that the user chose; `nil` takes the first of the usual names that is there.
  package var image: String?
  /// The name that the user chose; `nil` takes the usual names.
  package var caption: String?

  package init(image: String? = nil, caption: String? = nil) {
    self.image = image
    self.caption = caption
  }

  private static let usualImages = [
    "file_name", "filename", "image", "path", "file", "image_path", "image_name", "filepath", "image_file", "img_path",
    "img",
  ]
  /// Usual names of captions, all of which are read.
  private static let usualCaptions = ["captions", "caption", "text", "sentence"]
  /// Names of which only the first is read, where there is none of the others.
  private static let otherCaptions = ["sentences", "prompt", "comment", "description"]

  /// The possible names of the image, the best first.
  var imageNames: [String] { image.map { [$0] } ?? Self.usualImages }
  var captionNames: [String] { caption.map { [$0] } ?? Self.usualCaptions }
  var otherCaptionNames: [String] { caption == nil ? Self.otherCaptions : [] }

  /// Whether records with these keys name an image and its captions.
  func suit(_ keys: Set<String>) -> Bool {
    let captions = captionNames + otherCaptionNames + (caption == nil ? [CaptionRecord.conversationsKey] : [])
    return imageNames.contains(where: keys.contains) && captions.contains(where: keys.contains)
  }
}
